using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Passwords;
using Godzilla.Accounts.Registration;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Godzilla.Accounts.Users;

/// <summary>Registers accounts.</summary>
internal static class UserEndpoints
{
    internal static async Task<Results<Created<Answer>, ProblemHttpResult>> RegisterAsync(
        Credentials credentials,
        UserStore users,
        PasswordHasher passwords,
        PasswordCheck check,
        RegistrationGate gate,
        UserMetrics metrics,
        AuditLog audit,
        IOptions<DependencyFailures> failures,
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

        var address = context.Caller().Address;
        var user = new User
        {
            Username = credentials.Username!,
            UsernameKey = UsernameRule.KeyOf(credentials.Username!),
            Password = await passwords.HashAsync(credentials.Password!, address, cancellationToken),
            CreatedAt = time.GetBsonTime(),
            IsUnconfirmed = true,
        };
        if (await gate.EnterAsync(credentials.Invitation, user.Username, cancellationToken) is not { } giveBack)
        {
            return TypedResults.Problem("An invitation is required, and can be used once", statusCode: StatusCodes.Status403Forbidden);
        }

        var isNew = await users.TryAddAsync(user, cancellationToken)
            ? await ConfirmAsync(users, user, failures.Value)
            : await IsRetryAsync(users, check, credentials, address, cancellationToken);
        if (!isNew)
        {
            await giveBack();
            return TypedResults.Problem("Username already exists", statusCode: StatusCodes.Status409Conflict);
        }

        metrics.Registered();
        audit.Note(user.Username, AuditActions.Registered, context.Caller());
        return TypedResults.Created((string?)null, new Answer("User registered successfully"));
    }

    private static async Task<bool> ConfirmAsync(UserStore users, User user, DependencyFailures failures)
    {
        try
        {
            return await users.ConfirmAsync(user, CancellationToken.None);
        }
        catch (Exception exception) when (failures.Match(exception))
        {
            // The account is there. That a second registration with the same password succeeds too does no harm.
            return true;
        }
    }

    // The answer of the database to the first attempt was lost, and the client was told to try again.
    private static async Task<bool> IsRetryAsync(
        UserStore users, PasswordCheck check, Credentials credentials, string address, CancellationToken cancellationToken) =>
        await users.FindAsync(credentials.Username!, cancellationToken) is { IsUnconfirmed: true } existing
        && (await check.CheckAsync(existing, credentials.Password!, address, cancellationToken)).User is not null
        && await users.ConfirmAsync(existing, cancellationToken);
}
