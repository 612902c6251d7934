using Godzilla.Accounts.Users;

namespace Godzilla.Accounts.Passwords;

/// <summary>Hashes and verifies passwords on the threads of <see cref="HashingQueue"/>.</summary>
internal sealed class PasswordHasher(PasswordHash hash, HashingQueue queue)
{
    /// <summary>Makes the hash of a password that keeps <see cref="PasswordRule"/>.</summary>
    /// <param name="password">The password.</param>
    /// <param name="address">The client's address: addresses take turns.</param>
    /// <param name="cancellationToken">Gives up the place in the queue.</param>
    /// <exception cref="HashingBusyException">Too many wait: answered as 503.</exception>
    public Task<string> HashAsync(string password, string address, CancellationToken cancellationToken) =>
        queue.RunAsync(address, () => hash.Create(password), cancellationToken);

    /// <summary>Verifies a password. An unknown user costs the same work. Guesses are limited by <see cref="PasswordCheck"/>, not here.</summary>
    /// <param name="user">The account that was found, or <see langword="null"/>.</param>
    /// <param name="password">The password that the client sent.</param>
    /// <param name="address">The client's address: addresses take turns.</param>
    /// <param name="cancellationToken">Gives up the place in the queue.</param>
    /// <returns><see langword="true"/> if the account exists and this is its password.</returns>
    /// <exception cref="HashingBusyException">Too many wait: answered as 503.</exception>
    public async Task<bool> VerifyAsync(User? user, string password, string address, CancellationToken cancellationToken)
    {
        var isRight = await queue.RunAsync(address, () => hash.Verify(user, password), cancellationToken);
        if (isRight)
        {
            queue.Forgive(address);
        }

        return isRight;
    }

    /// <summary>Puts an address whose attempt was refused behind the others.</summary>
    public void Defer(string address) => queue.Defer(address);

    /// <summary>Whether an account's hash was made at another cost than today's, so that it is to be made anew while the password is known.</summary>
    public bool IsOutdated(User user) => hash.IsOutdated(user.Password);
}
