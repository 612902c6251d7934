using System.Security.Cryptography;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Accounts.Sessions;

/// <summary>Creates and ends sessions in Redis, where the gateway looks them up.</summary>
internal sealed class SessionStore(IConnectionMultiplexer redis, IOptions<SessionLifetimeOptions> options, TimeProvider time)
{
    private static readonly RedisChannel Ended = new(SessionToken.EndedChannel, RedisChannel.PatternMode.Literal);

    /// <summary>Creates a session for a user who has proved who they are.</summary>
    /// <returns>The token. It is not stored; Redis holds its hash.</returns>
    public async Task<string> BeginAsync(string username, CancellationToken cancellationToken)
    {
        var token = SessionToken.Create();
        var session = new SessionRecord(RandomNumberGenerator.GetHexString(32, lowercase: true), username, time.GetUtcNow());
        var begin = redis.GetDatabase().CreateTransaction();
        _ = begin.StringSetAsync(SessionToken.KeyOf(token), session.ToJson(), options.Value.Absolute);
        _ = begin.StringSetAsync(SessionToken.LiveKeyOf(session.Id), username, options.Value.Absolute);
        await begin.ExecuteAsync().WithTimeout(cancellationToken);
        return token;
    }

    /// <summary>Ends a session: its token is refused from now on, and its open connections are closed. A token without a session is no error.</summary>
    public async Task EndAsync(string? token, CancellationToken cancellationToken)
    {
        if (SessionToken.KeyOf(token) is not { } key)
        {
            return;
        }

        var database = redis.GetDatabase();
        byte[]? value = await database.StringGetAsync(key).WithTimeout(cancellationToken);
        if (value is null)
        {
            return;
        }

        // In one transaction: if Redis went away in between, a second attempt would find no session and could not publish its end.
        var end = database.CreateTransaction();
        _ = end.KeyDeleteAsync(key);
        if (SessionRecord.FromJson(value) is { } session)
        {
            _ = end.KeyDeleteAsync(SessionToken.LiveKeyOf(session.Id));
            _ = end.PublishAsync(Ended, session.Id);
        }

        await end.ExecuteAsync().WithTimeout(cancellationToken);
    }
}
