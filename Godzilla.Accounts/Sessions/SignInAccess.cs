using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Passwords;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Accounts.Sessions;

/// <summary>Decides who may sign in: with a browser, for a session, and with a program, for tokens.</summary>
internal sealed class SignInAccess(
    UserStore users, UserChanges changes, PasswordCheck check, PasswordHasher passwords, AccountEndings endings, SessionMetrics metrics, AuditLog audit)
{
    /// <summary>Checks a name and a password, within the limits for guesses, and whether their account may sign in.</summary>
    /// <returns>The account as it is now, or the refusal.</returns>
    public async Task<(User? User, ProblemHttpResult? Refusal)> SignInAsync(Credentials credentials, HttpContext context, CancellationToken cancellationToken)
    {
        var client = context.Caller();
        PasswordCheckResult result;
        try
        {
            result = await check.SignInAsync(credentials.Username!, credentials.Password!, client.Address, cancellationToken);
        }
        catch (HashingBusyException)
        {
            metrics.Busy();
            throw;
        }

        if (result.IsThrottled)
        {
            metrics.Throttled();
            context.Response.Headers.RetryAfter = result.RetryAfterSeconds;
            return (null, TypedResults.Problem("Too many failed sign-ins", statusCode: StatusCodes.Status429TooManyRequests));
        }

        if (result.User is not { } verified)
        {
            metrics.Refused();
            if (result.Account is { } account)
            {
                audit.Note(account.Username, AuditActions.SignInFailed, client);
            }

            return (null, InvalidCredentials());
        }

        var (user, refusal) = await AdmitAsync(verified, credentials, client, cancellationToken);
        if (user is null)
        {
            metrics.Refused();
        }

        return (user, refusal);
    }

    /// <summary>The answer for a wrong password and for a name that nobody has.</summary>
    public static ProblemHttpResult InvalidCredentials() => TypedResults.Problem("Invalid credentials", statusCode: StatusCodes.Status401Unauthorized);

    /// <summary>
    /// Whether the account is as it was when the password was checked. Asked when the session or the tokens exist: a change that is stored
    /// later will find them and end them.
    /// </summary>
    public async Task<bool> IsUnchangedAsync(User user, CancellationToken cancellationToken) =>
        await users.FindAsync(user.Username, cancellationToken) is { DisabledAt: null, PasswordChangeRequired: false } now
        && now.PasswordVersion == user.PasswordVersion;

    // Refuses a disabled account, and changes the password where an operator requires that.
    private async Task<(User? User, ProblemHttpResult? Refusal)> AdmitAsync(
        User user, Credentials credentials, CallerIdentity client, CancellationToken cancellationToken)
    {
        if (user.DisabledAt is not null)
        {
            audit.Note(user.Username, AuditActions.SignInFailed, client, "disabled");
            return (null, Forbidden("Account disabled"));
        }

        if (!user.PasswordChangeRequired)
        {
            return (user, null);
        }

        if (credentials.NewPassword is not { Length: > 0 } newPassword)
        {
            return (null, Forbidden("Password change required: sign in with new_password"));
        }

        if (!PasswordRule.IsMetBy(newPassword) || newPassword == credentials.Password)
        {
            return (null, TypedResults.Problem($"new_password must be {PasswordRule.InWords}, and another than before", statusCode: StatusCodes.Status400BadRequest));
        }

        var hash = await passwords.HashAsync(newPassword, client.Address, cancellationToken);
        if (await changes.SetPasswordAsync(user, hash, keep: "", cancellationToken) is not { } changed)
        {
            return (null, TypedResults.Problem("The password was changed just now", statusCode: StatusCodes.Status409Conflict));
        }

        audit.Note(user.Username, AuditActions.PasswordChanged, client);
        await endings.TryEndAsync(changed, cancellationToken);
        return (changed, null);
    }

    private static ProblemHttpResult Forbidden(string message) => TypedResults.Problem(message, statusCode: StatusCodes.Status403Forbidden);
}
