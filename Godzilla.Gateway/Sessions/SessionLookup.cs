using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Redis;
using StackExchange.Redis;

namespace Godzilla.Gateway.Sessions;

/// <summary>Asks Redis whose session a token is, every time: one that has ended is refused by every replica at once.</summary>
internal sealed class SessionLookup(IConnectionMultiplexer redis)
{
    /// <summary>Finds the session of a token.</summary>
    /// <param name="token">As the client sent it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The session, or <see langword="null"/> if the token opens none.</returns>
    /// <exception cref="TimeoutException">Redis did not answer in time.</exception>
    /// <exception cref="RedisConnectionException">Redis is out of reach.</exception>
    public async Task<SessionRecord?> FindAsync(string? token, CancellationToken cancellationToken)
    {
        if (SessionToken.KeyOf(token) is not { } key)
        {
            return null;
        }

        byte[]? value = await redis.GetDatabase().StringGetAsync(key).Within(cancellationToken);
        return value is null ? null : SessionRecord.FromJson(value);
    }
}
