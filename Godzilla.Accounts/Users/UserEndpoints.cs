using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Accounts.Users;

/// <summary>Accounts come to be.</summary>
internal static class UserEndpoints
{
    internal static void AddUsers(this IServiceCollection services)
    {
        services.AddSingleton<UserStore>();
        services.AddSingleton<PasswordHash>();
    }

    internal static void MapUsers(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/user/register", RegisterAsync).RequireAuthorization(IdentityExtensions.SignedPolicy);

    private static async Task<Results<Created<Answer>, ProblemHttpResult>> RegisterAsync(
        Credentials credentials, UserStore users, PasswordHash passwords, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!credentials.AreAcceptable(out var error))
        {
            return TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);
        }

        var user = new User
        {
            Username = credentials.Username!,
            Password = passwords.Create(credentials.Password!),
            CreatedAt = time.GetUtcNow().UtcDateTime,
        };
        return await users.TryAddAsync(user, cancellationToken)
            ? TypedResults.Created((string?)null, new Answer("User registered successfully"))
            : TypedResults.Problem("Username already exists", statusCode: StatusCodes.Status409Conflict);
    }
}
