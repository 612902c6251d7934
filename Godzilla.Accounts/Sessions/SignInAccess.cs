using Godzilla.Accounts.Audit;
using Godzilla.Accounts.Passwords;
using Godzilla.Accounts.Users;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Accounts.Sessions;

/// <summary>Decides whether somebody who has given the right password may sign in.</summary>
internal sealed class SignInAccess(UserStore users, UserChanges changes, PasswordHasher passwords, AccountEndings endings, AuditLog audit)
{
    /// <summary>Refuses a disabled account, and changes the password where an operator requires that.</summary>
    /// <returns>The account as it is now, or the refusal.</returns>
    public async Task<(User? User, ProblemHttpResult? Refusal)> AdmitAsync(
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

    /// <summary>
    /// Whether the account is as it was when the password was checked. Asked when the session exists: a change that is stored later will
    /// find the session and end it.
    /// </summary>
    public async Task<bool> IsUnchangedAsync(User user, CancellationToken cancellationToken) =>
        await users.FindAsync(user.Username, cancellationToken) is { DisabledAt: null, PasswordChangeRequired: false } now
        && now.PasswordVersion == user.PasswordVersion;

    private static ProblemHttpResult Forbidden(string message) => TypedResults.Problem(message, statusCode: StatusCodes.Status403Forbidden);
}
