using System.Security.Claims;
using Godzilla.Accounts.ApiKeys;
using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Passwords;
using Godzilla.Accounts.Sessions;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace Godzilla.Accounts.Users;

/// <summary>The caller's own account.</summary>
internal static class AccountEndpoints
{
    internal static async Task<Results<Ok<Profile>, ProblemHttpResult>> ReadAsync(
        ClaimsPrincipal caller, UserStore users, CancellationToken cancellationToken) =>
        await users.FindAsync(caller.Username(), cancellationToken) is { } user ? TypedResults.Ok(Profile.Of(user, "Account")) : Gone();

    internal static async Task<Results<Ok<Profile>, ProblemHttpResult>> ChangeAsync(
        ProfileChange body, UserChanges changes, AuditLog audit, HttpContext context, CancellationToken cancellationToken)
    {
        if (!body.HasDisplayName)
        {
            return TypedResults.Problem("display_name is required; null removes it", statusCode: StatusCodes.Status400BadRequest);
        }

        string? name = null;
        if (body.DisplayName is not null && !DisplayName.TryParse(body.DisplayName, out name))
        {
            return TypedResults.Problem($"display_name must be {DisplayName.InWords}", statusCode: StatusCodes.Status400BadRequest);
        }

        var caller = context.Caller();
        if (await changes.SetDisplayNameAsync(caller.User, name, cancellationToken) is not { } user)
        {
            return Gone();
        }

        audit.Note(caller.User, AuditActions.ProfileChanged, caller);
        return TypedResults.Ok(Profile.Of(user, "Account changed"));
    }

    internal static async Task<Results<Ok<AccountExport>, ProblemHttpResult>> ExportAsync(
        UserStore users,
        SessionStore sessions,
        ApiKeyStore keys,
        AuditStore audit,
        AuditLog log,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        if (await users.FindAsync(caller.User, cancellationToken) is not { } user)
        {
            return Gone();
        }

        var export = new AccountExport(
            user.Username,
            user.Email,
            user.DisplayName,
            user.CreatedAt,
            user.Roles ?? [],
            SessionView.Of(await sessions.ListAsync(caller.User, cancellationToken), caller.Session),
            (await keys.ListAsync(caller.User, cancellationToken)).Select(ApiKeyView.Of),
            ViewAsync(audit.ListAllAsync(caller.User, cancellationToken)));
        log.Note(caller.User, AuditActions.Exported, caller);
        context.Response.Headers[HeaderNames.ContentDisposition] = "attachment; filename=\"godzilla-account.json\"";
        return TypedResults.Ok(export);
    }

    internal static async Task<Results<Ok<Answer>, ProblemHttpResult>> DeleteAsync(
        [FromBody] PasswordProof body,
        UserStore users,
        UserChanges changes,
        PasswordCheck passwords,
        AccountEndings endings,
        UserMetrics metrics,
        AuditLog audit,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(body.Password))
        {
            return TypedResults.Problem("password is required", statusCode: StatusCodes.Status400BadRequest);
        }

        var caller = context.Caller();
        var user = await users.FindAsync(caller.User, cancellationToken);
        if (user is not null)
        {
            if (await CheckAsync(user, body.Password, passwords, audit, context, cancellationToken) is { } refusal)
            {
                return refusal;
            }

            if (await changes.DeleteAsync(caller.User, cancellationToken) is { } deleted)
            {
                metrics.Deleted();
                audit.Note(caller.User, AuditActions.Deleted, caller);
                await endings.TryEndAsync(deleted, cancellationToken);
            }
        }

        // Also for a retry whose first attempt was answered by nobody: the account is gone.
        context.Response.Cookies.Delete(SessionToken.Cookie);
        return TypedResults.Ok(new Answer("Account deleted"));
    }

    internal static async Task<Results<Ok<Answer>, ProblemHttpResult>> ChangePasswordAsync(
        PasswordChange body,
        UserStore users,
        UserChanges changes,
        PasswordCheck passwords,
        PasswordHasher hasher,
        AccountEndings endings,
        AuditLog audit,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(body.CurrentPassword) || string.IsNullOrEmpty(body.NewPassword))
        {
            return TypedResults.Problem("current_password and new_password are required", statusCode: StatusCodes.Status400BadRequest);
        }

        if (!PasswordRule.IsMetBy(body.NewPassword))
        {
            return TypedResults.Problem($"new_password must be {PasswordRule.InWords}", statusCode: StatusCodes.Status400BadRequest);
        }

        var caller = context.Caller();
        if (await users.FindAsync(caller.User, cancellationToken) is not { } user)
        {
            return Gone();
        }

        if (await CheckAsync(user, body.CurrentPassword, passwords, audit, context, cancellationToken) is { } refusal)
        {
            return refusal;
        }

        var hash = await hasher.HashAsync(body.NewPassword, caller.Address, cancellationToken);
        if (await changes.SetPasswordAsync(user, hash, caller.Session, cancellationToken) is not { } changed)
        {
            return TypedResults.Problem("The password was changed by somebody else just now", statusCode: StatusCodes.Status409Conflict);
        }

        audit.Note(caller.User, AuditActions.PasswordChanged, caller);
        await endings.TryEndAsync(changed, cancellationToken);
        return TypedResults.Ok(new Answer("Password changed"));
    }

    private static async IAsyncEnumerable<AuditView> ViewAsync(IAsyncEnumerable<AuditEntry> entries)
    {
        await foreach (var entry in entries)
        {
            yield return AuditView.Of(entry);
        }
    }

    // A wrong password counts as a failed sign-in, so that a stolen session is no way to guess it.
    private static async Task<ProblemHttpResult?> CheckAsync(
        User user, string password, PasswordCheck passwords, AuditLog audit, HttpContext context, CancellationToken cancellationToken)
    {
        var caller = context.Caller();
        var result = await passwords.CheckAsync(user, password, caller.Address, cancellationToken);
        if (result.IsThrottled)
        {
            context.Response.Headers.RetryAfter = result.RetryAfterSeconds;
            return TypedResults.Problem("Too many wrong passwords", statusCode: StatusCodes.Status429TooManyRequests);
        }

        if (result.User is null)
        {
            // 403, not 401: the session is good, and a client must not take this for the end of it.
            audit.Note(caller.User, AuditActions.PasswordRefused, caller);
            return TypedResults.Problem("Wrong password", statusCode: StatusCodes.Status403Forbidden);
        }

        return null;
    }

    // A session of an account that was deleted a moment ago.
    private static ProblemHttpResult Gone() => TypedResults.Problem(statusCode: StatusCodes.Status401Unauthorized);
}
