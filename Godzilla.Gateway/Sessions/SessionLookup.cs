using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Sessions;
using StackExchange.Redis;

namespace Godzilla.Gateway.Sessions;

/// <summary>Looks a token's session up in Redis on every request, so that every replica refuses an ended one at once.</summary>
internal sealed class SessionLookup(IConnectionMultiplexer redis)
{
    /// <returns>The session, or <see langword="null"/> if the token belongs to none.</returns>
    /// <exception cref="TimeoutException">Redis did not answer in time.</exception>
    /// <exception cref="RedisConnectionException">Redis is out of reach.</exception>
    public async Task<SessionRecord?> FindAsync(string? token, CancellationToken cancellationToken)
    {
        if (SessionToken.KeyOf(token) is not { } key)
        {
            return null;
        }

        byte[]? value = await redis.GetDatabase().StringGetAsync(key).WithTimeout(cancellationToken);
        return value is null ? null : SessionRecord.FromJson(value);
    }
}
