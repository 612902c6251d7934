using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Godzilla.Accounts.Users;

/// <summary>Registers accounts, and says how people call themselves.</summary>
internal static class UserEndpoints
{
    private const int MaxUsers = 100;

    internal static async Task<Results<Created<Answer>, ProblemHttpResult>> RegisterAsync(
        Credentials credentials, UserRegistration registration, HttpContext context, CancellationToken cancellationToken)
    {
        var (user, refusal) = await registration.RegisterAsync(credentials, displayName: null, context.Caller(), cancellationToken);
        return user is null ? refusal! : TypedResults.Created((string?)null, new Answer("User registered successfully"));
    }

    internal static async Task<Results<Ok<NamesView>, ProblemHttpResult>> ListNamesAsync(
        [FromQuery(Name = "name")] string[] names, UserStore users, CancellationToken cancellationToken)
    {
        if (names.Length is 0 or > MaxUsers || !Array.TrueForAll(names, UsernameRule.IsMetBy))
        {
            return TypedResults.Problem($"name must be there 1 to {MaxUsers} times, each {UsernameRule.InWords}", statusCode: StatusCodes.Status400BadRequest);
        }

        var found = (await users.ListExactAsync(names, cancellationToken)).ToDictionary(user => user.Username, user => user.DisplayName, StringComparer.Ordinal);
        return TypedResults.Ok(new NamesView([.. names.Select(name => new NameView(name, found.GetValueOrDefault(name)))]));
    }

    internal sealed record NamesView(IReadOnlyList<NameView> Users);

    /// <param name="Username">As it was asked for: nobody need have the name.</param>
    /// <param name="DisplayName">How they want to be called, or <see langword="null"/>.</param>
    internal sealed record NameView(string Username, string? DisplayName);
}
