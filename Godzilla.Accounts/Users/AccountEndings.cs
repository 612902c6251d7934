using Godzilla.Accounts.ApiKeys;
using Godzilla.Accounts.Sessions;
using Godzilla.Accounts.Tokens;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Accounts.Users;

/// <summary>
/// Ends the sessions, the tokens and the API keys that a change to an account must end (<see cref="PendingEnd"/>), and publishes that an account is deleted.
/// An outage does not fail the change, which is stored: what is left is done by <see cref="AccountSweep"/>.
/// </summary>
internal sealed class AccountEndings(
    UserChanges users, SessionStore sessions, TokenFamilyStore families, ApiKeyStore keys, IConnectionMultiplexer redis, IOptions<DependencyFailures> failures)
{
    private static readonly RedisChannel Deleted = new(UserEvents.Deleted, RedisChannel.PatternMode.Literal);

    /// <param name="user">The account as it is after the change.</param>
    /// <returns><see langword="false"/> if something is left, because a store is away.</returns>
    public async Task<bool> TryEndAsync(User user, CancellationToken cancellationToken)
    {
        if (user.PendingEnd is not { } pending)
        {
            return true;
        }

        try
        {
            if (pending.Keys)
            {
                await keys.EndAllAsync(user.Username, cancellationToken);
            }

            await sessions.EndAllAsync(user.Username, pending.Keep, cancellationToken);
            await families.EndAllAsync(user.Username, cancellationToken);
            if (user.DeletedAt is not null)
            {
                await redis.GetDatabase().PublishAsync(Deleted, user.Username).WithTimeout(cancellationToken);
            }

            await users.HasEndedAsync(user, cancellationToken);
            return true;
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            return false;
        }
    }
}
