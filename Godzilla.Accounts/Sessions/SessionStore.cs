using System.Security.Cryptography;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Redis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Accounts.Sessions;

/// <summary>The sessions, in Redis, where the gateway finds them.</summary>
internal sealed class SessionStore(IConnectionMultiplexer redis, IOptions<SessionOptions> options, TimeProvider time)
{
    private static readonly RedisChannel Ended = new(SessionToken.EndedChannel, RedisChannel.PatternMode.Literal);

    /// <summary>Begins a session.</summary>
    /// <param name="username">Whose.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The token, which is kept nowhere but at the client.</returns>
    public async Task<string> BeginAsync(string username, CancellationToken cancellationToken)
    {
        var token = SessionToken.Create();
        var session = new SessionRecord(RandomNumberGenerator.GetHexString(32, lowercase: true), username, time.GetUtcNow());
        var begin = redis.GetDatabase().CreateTransaction();
        _ = begin.StringSetAsync(SessionToken.KeyOf(token), session.ToJson(), options.Value.Lifetime);
        _ = begin.StringSetAsync(SessionToken.LiveKeyOf(session.Id), username, options.Value.Lifetime);
        await begin.ExecuteAsync().Within(cancellationToken);
        return token;
    }

    /// <summary>Ends a session everywhere: no request with its token passes any more, and its open connections are told.</summary>
    /// <param name="token">As the client sent it; one of no session is no error.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when the session has.</returns>
    public async Task EndAsync(string? token, CancellationToken cancellationToken)
    {
        if (SessionToken.KeyOf(token) is not { } key)
        {
            return;
        }

        var database = redis.GetDatabase();
        byte[]? value = await database.StringGetAsync(key).Within(cancellationToken);
        if (value is null)
        {
            return;
        }

        // All or nothing: had Redis gone away in between, a second attempt would find no session, and nobody would be told of its end.
        var end = database.CreateTransaction();
        _ = end.KeyDeleteAsync(key);
        if (SessionRecord.FromJson(value) is { } session)
        {
            _ = end.KeyDeleteAsync(SessionToken.LiveKeyOf(session.Id));
            _ = end.PublishAsync(Ended, session.Id);
        }

        await end.ExecuteAsync().Within(cancellationToken);
    }
}
