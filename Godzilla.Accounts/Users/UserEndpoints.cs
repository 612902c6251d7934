using Godzilla.Accounts.Passwords;
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
        UserMetrics metrics,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken)
    {
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
        if (!await users.TryAddAsync(user, cancellationToken))
        {
            return TypedResults.Problem("Username already exists", statusCode: StatusCodes.Status409Conflict);
        }

        metrics.Registered();
        return TypedResults.Created((string?)null, new Answer("User registered successfully"));
    }
}
