using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Accounts.Users;

/// <summary>Registers accounts.</summary>
internal static class UserEndpoints
{
    internal static async Task<Results<Created<Answer>, ProblemHttpResult>> RegisterAsync(
        Credentials credentials, UserRegistration registration, HttpContext context, CancellationToken cancellationToken)
    {
        var (user, refusal) = await registration.RegisterAsync(credentials, displayName: null, context.Caller(), cancellationToken);
        return user is null ? refusal! : TypedResults.Created((string?)null, new Answer("User registered successfully"));
    }
}
