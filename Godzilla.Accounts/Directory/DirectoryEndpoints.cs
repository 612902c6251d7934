using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Accounts.Directory;

/// <summary>What other services may ask about accounts.</summary>
internal static class DirectoryEndpoints
{
    private const int MaxNames = 200;
    private const int PageSize = 100;

    internal static async Task<Results<Ok<ResolvedNames>, ProblemHttpResult>> ResolveAsync(
        NamesToResolve body, UserStore users, CancellationToken cancellationToken)
    {
        if (body.Usernames is not { Length: <= MaxNames } names || !Array.TrueForAll(names, UsernameRule.IsMetBy))
        {
            return TypedResults.Problem($"usernames must hold at most {MaxNames} usernames", statusCode: StatusCodes.Status400BadRequest);
        }

        var found = await users.ListAsync(names, cancellationToken);
        var exact = found.Select(user => user.Username).ToHashSet(StringComparer.Ordinal);
        var byKey = found.Where(user => user.UsernameKey is not null).ToDictionary(user => user.UsernameKey!, user => user.Username, StringComparer.Ordinal);
        return TypedResults.Ok(new ResolvedNames(
            [.. names.Select(name => exact.Contains(name) ? name : byKey.GetValueOrDefault(UsernameRule.KeyOf(name)))]));
    }

    internal static async Task<Ok<UserRoles>> ReadRolesAsync(string username, UserStore users, CancellationToken cancellationToken) =>
        TypedResults.Ok(new UserRoles(
            await users.FindAsync(username, cancellationToken) is { DisabledAt: null, Roles: { } roles } ? roles : []));

    internal static async Task<Ok<DeletedAccount[]>> ListDeletedAsync(DateTime since, UserChanges users, CancellationToken cancellationToken) =>
        TypedResults.Ok((await users.ListDeletedAsync(since.ToUniversalTime(), PageSize, cancellationToken))
            .Select(user => new DeletedAccount(user.Username, user.DeletedAt!.Value))
            .ToArray());

    /// <param name="Usernames">Up to 200, in any case.</param>
    internal sealed record NamesToResolve(string[]? Usernames);

    /// <param name="Usernames">In the same order, each as it was registered; <see langword="null"/> for those that nobody has.</param>
    internal sealed record ResolvedNames(string?[] Usernames);

    /// <param name="Roles">Such as <c>admin</c>; none for an account that is disabled or does not exist.</param>
    internal sealed record UserRoles(string[] Roles);

    /// <param name="Username">The name, which stays reserved.</param>
    /// <param name="DeletedAt">UTC.</param>
    internal sealed record DeletedAccount(string Username, DateTime DeletedAt);
}
