using System.Globalization;
using Godzilla.Accounts.Users;

namespace Godzilla.Accounts.Passwords;

/// <summary>Checks a password that somebody types, within the limits for guesses. A refused attempt is not hashed and not looked up.</summary>
internal sealed class PasswordCheck(GuessingLimiter guesses, PasswordHasher passwords, UserStore users)
{
    /// <summary>Checks a username and a password, and renews the account's hash if the cost has changed since it was made.</summary>
    /// <exception cref="HashingBusyException">Too many wait: answered as 503.</exception>
    public async Task<PasswordCheckResult> SignInAsync(string username, string password, string address, CancellationToken cancellationToken)
    {
        var result = await CheckAsync(username, () => users.FindForSignInAsync(username, cancellationToken), password, address, cancellationToken);
        if (result.User is { } user && passwords.IsOutdated(user))
        {
            await RenewAsync(user, password, address, cancellationToken);
        }

        return result;
    }

    /// <summary>Checks the password of an account that was found, such as the caller's own before it is changed.</summary>
    /// <exception cref="HashingBusyException">Too many wait: answered as 503.</exception>
    public Task<PasswordCheckResult> CheckAsync(User user, string password, string address, CancellationToken cancellationToken) =>
        CheckAsync(user.Username, () => Task.FromResult<User?>(user), password, address, cancellationToken);

    private async Task<PasswordCheckResult> CheckAsync(
        string username, Func<Task<User?>> findAsync, string password, string address, CancellationToken cancellationToken)
    {
        var attempt = await guesses.BeginAsync(username, address, cancellationToken);
        if (!attempt.IsAllowed)
        {
            passwords.Defer(address);
            return new PasswordCheckResult(null, attempt.RetryAfter);
        }

        User? user;
        bool isRight;
        try
        {
            user = await findAsync();
            isRight = await passwords.VerifyAsync(user, password, address, cancellationToken);
        }
        catch
        {
            // Nobody learnt anything about the password: too many wait, the store is away, or the caller left.
            await guesses.WithdrawAsync(attempt, CancellationToken.None);
            throw;
        }

        if (!isRight)
        {
            await guesses.FailAsync(attempt, cancellationToken);
            return new PasswordCheckResult(null, TimeSpan.Zero) { Account = user };
        }

        await guesses.SucceedAsync(attempt, cancellationToken);
        return new PasswordCheckResult(user, TimeSpan.Zero);
    }

    private async Task RenewAsync(User user, string password, string address, CancellationToken cancellationToken)
    {
        try
        {
            await users.TryReplacePasswordAsync(user, await passwords.HashAsync(password, address, cancellationToken), cancellationToken);
        }
        catch (HashingBusyException)
        {
            // The next sign-in renews it.
        }
    }
}

/// <summary>What came of it.</summary>
/// <param name="User">The account whose password it is; <see langword="null"/>: refused.</param>
/// <param name="RetryAfter">More than zero: there were too many failures, and the password was not looked at.</param>
internal readonly record struct PasswordCheckResult(User? User, TimeSpan RetryAfter)
{
    /// <summary>The account that a wrong password was for, if there is one. The client must not learn of it.</summary>
    public User? Account { get; init; }

    public bool IsThrottled => RetryAfter > TimeSpan.Zero;

    /// <summary><see cref="RetryAfter"/> for the header of that name: whole seconds, rounded up.</summary>
    public string RetryAfterSeconds => Math.Ceiling(RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
