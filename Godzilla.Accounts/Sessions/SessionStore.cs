using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Accounts.Sessions;

/// <summary>
/// Creates, lists and ends sessions in Redis, where the gateway looks them up. A session and its entry in the user's index are written and
/// deleted in one transaction, together with the message that it has ended.
/// </summary>
internal sealed class SessionStore(IConnectionMultiplexer redis, IOptions<SessionLifetimeOptions> options, TimeProvider time)
{
    private static readonly RedisChannel Ended = new(SessionKeys.Ended, RedisChannel.PatternMode.Literal);

    /// <summary>Creates a session for a user who has proved who they are. Beyond the limit of a user's sessions, the oldest end.</summary>
    /// <returns>The token. It is not stored; Redis holds its hash.</returns>
    public async Task<string> BeginAsync(string user, bool remember, CallerIdentity client, CancellationToken cancellationToken)
    {
        var token = SessionToken.Create();
        var (id, now) = (SessionToken.IdOf(token)!, time.GetUtcNow());
        var session = new SessionRecord(user, now, now + options.Value.LifetimeOf(remember))
        {
            IdleSeconds = (int?)options.Value.Idle?.TotalSeconds,
            Address = client.Address,
            UserAgent = client.UserAgent,
        };

        var begin = redis.GetDatabase().CreateTransaction();
        _ = begin.StringSetAsync(SessionKeys.Session(id), session.ToJson(), session.EndsAt - now);
        _ = begin.SortedSetAddAsync(SessionKeys.OfUser(user), id, session.ExpiresAt.ToUnixTimeSeconds());
        _ = begin.SortedSetRemoveRangeByScoreAsync(SessionKeys.OfUser(user), double.NegativeInfinity, now.ToUnixTimeSeconds());
        _ = begin.KeyExpireAsync(SessionKeys.OfUser(user), options.Value.Longest);
        await begin.ExecuteAsync().WithTimeout(cancellationToken);
        await EndOldestAsync(user, cancellationToken);
        return token;
    }

    /// <summary>A user's live sessions by id, the newest first.</summary>
    public async Task<IReadOnlyList<(string Id, SessionRecord Session)>> ListAsync(string user, CancellationToken cancellationToken)
    {
        var ids = await IdsOfAsync(user, cancellationToken);
        RedisKey[] keys = [.. ids.Select(id => (RedisKey)SessionKeys.Session(id))];
        var records = keys.Length == 0 ? [] : await redis.GetDatabase().StringGetAsync(keys).WithTimeout(cancellationToken);
        return
        [
            .. ids.Zip(records, (id, record) => (Id: id, Session: record.IsNull ? null : SessionRecord.FromJson((byte[])record!)))
                .Where(entry => entry.Session is not null)
                .OrderByDescending(entry => entry.Session!.CreatedAt)!,
        ];
    }

    /// <summary>Ends sessions: their tokens are refused from now on, and their open connections are closed. Those that have ended already are no error.</summary>
    public async Task EndAsync(string user, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return;
        }

        // The message is in the transaction: if Redis went away in between, a second attempt would find no session to publish.
        var end = redis.GetDatabase().CreateTransaction();
        foreach (var id in ids)
        {
            _ = end.KeyDeleteAsync(SessionKeys.Session(id));
            _ = end.SortedSetRemoveAsync(SessionKeys.OfUser(user), id);
            _ = end.PublishAsync(Ended, id);
        }

        await end.ExecuteAsync().WithTimeout(cancellationToken);
    }

    /// <summary>Ends all of a user's sessions but <paramref name="keep"/>, which may be empty.</summary>
    /// <returns>How many have ended.</returns>
    public async Task<int> EndAllAsync(string user, string keep, CancellationToken cancellationToken)
    {
        string[] ids = [.. (await IdsOfAsync(user, cancellationToken)).Where(id => id != keep)];
        await EndAsync(user, ids, cancellationToken);
        return ids.Length;
    }

    private async Task<string[]> IdsOfAsync(string user, CancellationToken cancellationToken) =>
        [.. (await redis.GetDatabase().SortedSetRangeByRankAsync(SessionKeys.OfUser(user)).WithTimeout(cancellationToken)).Select(id => id.ToString())];

    // By creation, not by end: a remembered session outlives newer ones.
    private async Task EndOldestAsync(string user, CancellationToken cancellationToken)
    {
        if (await redis.GetDatabase().SortedSetLengthAsync(SessionKeys.OfUser(user)).WithTimeout(cancellationToken) > options.Value.MaxPerUser)
        {
            var surplus = (await ListAsync(user, cancellationToken)).Skip(options.Value.MaxPerUser).Select(entry => entry.Id);
            await EndAsync(user, [.. surplus], cancellationToken);
        }
    }
}
