using System.Collections.Concurrent;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Gateway.Sessions;

/// <summary>
/// Finds a token's session: in memory, and in Redis where memory does not have it. It is never wrong: what is in memory is used only while
/// every end of a session arrives here (<see cref="SessionEndings"/>), and a look-up that was under way when its session ended is not kept.
/// </summary>
internal sealed class SessionCache
{
    // Evicting a little more than needed makes eviction rare.
    private const double KeptOnEviction = 0.9;
    private const int MaxUnknown = 10_000;

    private readonly ConcurrentDictionary<string, Session> _byToken = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Session>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly ConcurrentDictionary<string, Session> _byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lookup> _lookups = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _unknown = new(StringComparer.Ordinal);
    private readonly IConnectionMultiplexer _redis;
    private readonly SessionEndings _endings;
    private readonly SessionCacheOptions _options;
    private readonly DependencyFailures _failures;
    private readonly SessionMetrics _metrics;
    private readonly TimeProvider _time;

    public SessionCache(
        IConnectionMultiplexer redis,
        SessionEndings endings,
        IOptions<SessionCacheOptions> options,
        IOptions<DependencyFailures> failures,
        SessionMetrics metrics,
        TimeProvider time)
    {
        (_redis, _endings, _options, _failures, _metrics, _time) = (redis, endings, options.Value, failures.Value, metrics, time);
        _bySpan = _byToken.GetAlternateLookup<ReadOnlySpan<char>>();
        _endings.OnEnded(Forget);
        metrics.Observe(() => Count);
    }

    /// <summary>How many sessions are in memory.</summary>
    public int Count => _byId.Count;

    /// <summary>Finds a session without asking Redis.</summary>
    /// <param name="token">As the client sent it.</param>
    /// <param name="session">The session, or <see langword="null"/> if the token belongs to none.</param>
    /// <returns><see langword="false"/> if only Redis can tell.</returns>
    public bool TryFind(ReadOnlySpan<char> token, out Session? session)
    {
        var now = _time.GetUtcNow();
        if (_bySpan.TryGetValue(token, out session) && IsTrusted(session, now))
        {
            _metrics.Hit();
            NoteUse(session, now);
            return true;
        }

        session = null;
        return token.IsEmpty || SessionToken.IdOf(token.ToString()) is not { } id || (_unknown.TryGetValue(id, out var until) && now < until);
    }

    /// <summary>Finds a session, in Redis if need be.</summary>
    /// <returns>The session, or <see langword="null"/> if the token belongs to none.</returns>
    /// <exception cref="TimeoutException">Redis did not answer in time.</exception>
    /// <exception cref="RedisConnectionException">Redis is out of reach.</exception>
    public ValueTask<Session?> FindAsync(ReadOnlySpan<char> token, CancellationToken cancellationToken) =>
        TryFind(token, out var session) ? new(session) : FindInRedisAsync(token.ToString(), cancellationToken);

    /// <summary>Notes that a session is used. Redis hears of it once a minute.</summary>
    public void NoteUse(Session session, DateTimeOffset now)
    {
        if (session.Use(now) is { } record)
        {
            _ = ExtendAsync(session, record, now);
        }
    }

    private bool IsTrusted(Session session, DateTimeOffset now) =>
        session.Generation == _endings.Generation && _endings.IsCurrent && !session.HasExpired(now);

    private async ValueTask<Session?> FindInRedisAsync(string token, CancellationToken cancellationToken)
    {
        var id = SessionToken.IdOf(token)!;
        _metrics.Missed();
        var session = await _lookups.GetOrAdd(id, static (id, of) => new Lookup(of.Cache, id, of.Token), (Cache: this, Token: token))
            .Session.WaitAsync(cancellationToken);
        var now = _time.GetUtcNow();
        if (session is null)
        {
            NoteUnknown(id, now);
            return null;
        }

        NoteUse(session, now);
        return session;
    }

    private async Task<SessionRecord?> ReadAsync(string id)
    {
        var started = _time.GetTimestamp();
        byte[]? value = await _redis.GetDatabase().StringGetAsync(SessionKeys.Session(id)).WithTimeout();
        _metrics.LookedUp(_time.GetElapsedTime(started));
        return value is null ? null : SessionRecord.FromJson(value);
    }

    private void Keep(Lookup lookup, Session session)
    {
        if (!_endings.IsCurrent || session.Generation != _endings.Generation)
        {
            return;
        }

        Evict();
        _byToken[session.Token] = session;
        _byId[session.Id] = session;

        // Kept first and looked second, while Forget notes first and removes second: one of the two sees the other.
        if (lookup.HasEnded)
        {
            Remove(session.Id);
        }
    }

    private void Forget(string id)
    {
        if (_lookups.TryGetValue(id, out var lookup))
        {
            lookup.HasEnded = true;
        }

        Remove(id);
    }

    private void Remove(string id)
    {
        if (_byId.TryRemove(id, out var session))
        {
            _byToken.TryRemove(session.Token, out _);
        }
    }

    private void NoteUnknown(string id, DateTimeOffset now)
    {
        if (_unknown.Count >= MaxUnknown)
        {
            _unknown.Clear();
        }

        _unknown[id] = now + _options.UnknownFor;
    }

    // Any will do: one that is still used costs one look-up.
    private void Evict()
    {
        if (_byId.Count < _options.MaxEntries)
        {
            return;
        }

        var surplus = _byId.Count - (int)(_options.MaxEntries * KeptOnEviction);
        foreach (var (id, _) in _byId)
        {
            if (surplus-- <= 0)
            {
                return;
            }

            Remove(id);
        }
    }

    private async Task ExtendAsync(Session session, SessionRecord record, DateTimeOffset now)
    {
        try
        {
            // Only if it is still there: it may have ended a moment ago.
            if (!await _redis.GetDatabase().StringSetAsync(
                SessionKeys.Session(session.Id), record.ToJson(), record.EndsAt - now, when: When.Exists).WithTimeout())
            {
                Remove(session.Id);
            }
        }
        catch (Exception exception) when (_failures.Match(exception))
        {
            // It is noted with the next use.
        }
    }

    /// <summary>One look-up, which all requests with the same token share.</summary>
    private sealed class Lookup
    {
        private readonly Lazy<Task<Session?>> _session;
        private volatile bool _hasEnded;

        // Lazy: it must be in the dictionary before Redis is asked, so that no end is missed in between.
        public Lookup(SessionCache cache, string id, string token) => _session = new(() => RunAsync(cache, id, token));

        public Task<Session?> Session => _session.Value;

        /// <summary>Set when the session ends while it is looked up.</summary>
        public bool HasEnded
        {
            get => _hasEnded;
            set => _hasEnded = value;
        }

        private async Task<Session?> RunAsync(SessionCache cache, string id, string token)
        {
            try
            {
                var generation = cache._endings.Generation;
                if (await cache.ReadAsync(id) is not { } record)
                {
                    return null;
                }

                var session = new Session(id, token, record, generation);
                cache.Keep(this, session);
                return HasEnded ? null : session;
            }
            finally
            {
                cache._lookups.TryRemove(KeyValuePair.Create(id, this));
            }
        }
    }
}
