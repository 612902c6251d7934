using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Accounts.Admin;

/// <summary>Operators look after accounts.</summary>
internal static class AdminEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 200;

    internal static async Task<Results<Ok<AccountList>, ProblemHttpResult>> ListAsync(
        string? query, string? cursor, int? limit, UserChanges users, CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return TypedResults.Problem($"limit must be 1 to {MaxLimit}", statusCode: StatusCodes.Status400BadRequest);
        }

        // No name contains it.
        if (!string.IsNullOrEmpty(query) && !UsernameRule.IsMetBy(query))
        {
            return TypedResults.Ok(new AccountList([], NextCursor: null));
        }

        var size = limit ?? DefaultLimit;
        var found = await users.SearchAsync(query ?? "", cursor, size + 1, cancellationToken);
        AccountView[] page = [.. found.Take(size).Select(AccountView.Of)];
        return TypedResults.Ok(new AccountList(page, found.Count > size ? page[^1].Username : null));
    }

    internal static async Task<Results<Ok<AccountAnswer>, ProblemHttpResult>> ReadAsync(
        string username, UserStore users, CancellationToken cancellationToken) =>
        await users.FindAsync(username, cancellationToken) is { } user ? Found("Account", user) : NotFound();

    internal static async Task<Results<Ok<AccountAnswer>, ProblemHttpResult>> DisableAsync(
        string username, UserChanges users, AccountEndings endings, AuditLog audit, HttpContext context, CancellationToken cancellationToken)
    {
        if (username == context.Caller().User)
        {
            return TypedResults.Problem("Nobody can disable their own account", statusCode: StatusCodes.Status409Conflict);
        }

        return await ChangedAsync(
            await users.DisableAsync(username, cancellationToken), "Account disabled", AuditActions.Disabled, endings, audit, context, cancellationToken);
    }

    internal static async Task<Results<Ok<AccountAnswer>, ProblemHttpResult>> EnableAsync(
        string username, UserChanges users, AccountEndings endings, AuditLog audit, HttpContext context, CancellationToken cancellationToken) =>
        await ChangedAsync(
            await users.EnableAsync(username, cancellationToken), "Account enabled", AuditActions.Enabled, endings, audit, context, cancellationToken);

    internal static async Task<Results<Ok<AccountAnswer>, ProblemHttpResult>> RequirePasswordChangeAsync(
        string username, UserChanges users, AccountEndings endings, AuditLog audit, HttpContext context, CancellationToken cancellationToken) =>
        await ChangedAsync(
            await users.RequirePasswordChangeAsync(username, cancellationToken),
            "The next sign-in needs a new password",
            AuditActions.PasswordChangeRequired,
            endings,
            audit,
            context,
            cancellationToken);

    internal static async Task<Results<Ok<AccountAnswer>, ProblemHttpResult>> EndSessionsAsync(
        string username, UserChanges users, AccountEndings endings, AuditLog audit, HttpContext context, CancellationToken cancellationToken) =>
        await ChangedAsync(
            await users.EndSessionsAsync(username, cancellationToken), "Sessions ended", AuditActions.SessionsEnded, endings, audit, context, cancellationToken);

    internal static async Task<Results<Ok<AuditPage>, ProblemHttpResult>> ReadAuditAsync(
        string? user, string? cursor, int? limit, AuditStore audit, CancellationToken cancellationToken) =>
        AuditPage.TryParse(cursor, limit, out var before, out var error)
            ? TypedResults.Ok(await AuditPage.ReadAsync(audit, user, before, limit, cancellationToken))
            : TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);

    private static async Task<Results<Ok<AccountAnswer>, ProblemHttpResult>> ChangedAsync(
        User? user, string message, string action, AccountEndings endings, AuditLog audit, HttpContext context, CancellationToken cancellationToken)
    {
        if (user is null)
        {
            return NotFound();
        }

        var caller = context.Caller();
        audit.Note(user.Username, action, caller, by: caller.User);
        await endings.TryEndAsync(user, cancellationToken);
        return Found(message, user);
    }

    private static Ok<AccountAnswer> Found(string message, User user) => TypedResults.Ok(new AccountAnswer(message, AccountView.Of(user)));

    private static ProblemHttpResult NotFound() => TypedResults.Problem("Account not found", statusCode: StatusCodes.Status404NotFound);
}
