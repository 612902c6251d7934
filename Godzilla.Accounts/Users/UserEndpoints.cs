using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Passwords;
using Godzilla.Accounts.Registration;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Accounts.Users;

/// <summary>Registers accounts.</summary>
internal static class UserEndpoints
{
    internal static async Task<Results<Created<Answer>, ProblemHttpResult>> RegisterAsync(
        Credentials credentials,
        UserStore users,
        PasswordHasher passwords,
        RegistrationGate gate,
        UserMetrics metrics,
        AuditLog audit,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        if (gate.IsClosed)
        {
            return TypedResults.Problem("Registration is closed", statusCode: StatusCodes.Status403Forbidden);
        }

        if (!credentials.AreAcceptable(out var error))
        {
            return TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);
        }

        var user = new User
        {
            Username = credentials.Username!,
            Password = await passwords.HashAsync(credentials.Password!, context.Caller().Address, cancellationToken),
            CreatedAt = time.GetBsonTime(),
        };
        if (await gate.EnterAsync(credentials.Invitation, user.Username, cancellationToken) is not { } giveBack)
        {
            return TypedResults.Problem("An invitation is required, and can be used once", statusCode: StatusCodes.Status403Forbidden);
        }

        if (!await users.TryAddAsync(user, cancellationToken))
        {
            await giveBack();
            return TypedResults.Problem("Username already exists", statusCode: StatusCodes.Status409Conflict);
        }

        metrics.Registered();
        audit.Note(user.Username, AuditActions.Registered, context.Caller());
        return TypedResults.Created((string?)null, new Answer("User registered successfully"));
    }
}
