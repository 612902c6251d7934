using System.Collections.Concurrent;
using Godzilla.Gateway.Sessions;
using Godzilla.ServiceDefaults.ApiKeys;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.Bearer;

/// <summary>
/// Finds whose key or token it is: in memory, and at Accounts where memory does not have it. As with sessions, what is in memory is used only
/// while every end arrives here, and a look-up that was under way when its key ended is not kept. While Redis is away each request is looked up;
/// while Accounts is, what is in memory goes on.
/// </summary>
internal sealed class BearerCache
{
    private const double KeptOnEviction = 0.9;
    private const int MaxUnknown = 10_000;

    private readonly ConcurrentDictionary<string, BearerCaller> _byToken = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BearerCaller>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly ConcurrentDictionary<string, Lookup> _lookups = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _unknown = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Standing> _byId = new(StringComparer.Ordinal);
    private readonly AccountsClient _accounts;
    private readonly AccessTokenReader _tokens;
    private readonly SessionEndings _endings;
    private readonly SessionCacheOptions _options;
    private readonly DependencyFailures _failures;
    private readonly BearerMetrics _metrics;
    private readonly TimeProvider _time;

    public BearerCache(
        AccountsClient accounts,
        AccessTokenReader tokens,
        SessionEndings endings,
        IOptions<SessionCacheOptions> options,
        IOptions<DependencyFailures> failures,
        BearerMetrics metrics,
        TimeProvider time)
    {
        (_accounts, _tokens, _endings, _options, _failures, _metrics, _time) = (accounts, tokens, endings, options.Value, failures.Value, metrics, time);
        _bySpan = _byToken.GetAlternateLookup<ReadOnlySpan<char>>();
        _endings.OnEnded(id => Remove(id, hasEnded: true));
        metrics.Observe(() => Count);
    }

    /// <summary>How many keys and tokens are in memory.</summary>
    public int Count => _byToken.Count;

    /// <summary>Finds a key or a token without asking Accounts.</summary>
    /// <param name="token">As the client sent it.</param>
    /// <param name="caller">Whose it is, or <see langword="null"/> if it is not good.</param>
    /// <returns><see langword="false"/> if only Accounts can tell.</returns>
    public bool TryFind(ReadOnlySpan<char> token, out BearerCaller? caller)
    {
        var now = _time.GetUtcNow();
        if (_bySpan.TryGetValue(token, out caller) && IsTrusted(caller, now))
        {
            _metrics.Hit();
            if (caller.Use(now))
            {
                _ = NoteUseAsync(caller);
            }

            return true;
        }

        caller = null;
        return token.IsEmpty || NameOf(token.ToString()) is not { } name || (_unknown.TryGetValue(name, out var until) && now < until);
    }

    /// <summary>Finds a key or a token, at Accounts if need be.</summary>
    /// <returns>Whose it is, or <see langword="null"/> if it is not good.</returns>
    /// <exception cref="TimeoutException">Accounts is out of reach.</exception>
    public ValueTask<BearerCaller?> FindAsync(ReadOnlySpan<char> token, CancellationToken cancellationToken) =>
        TryFind(token, out var caller) ? new(caller) : FindAtAccountsAsync(token.ToString(), cancellationToken);

    // Null for what cannot be a key.
    private static string? NameOf(string token) => BearerToken.IsKey(token) ? ApiKeyToken.IdOf(token) : BearerToken.HashOf(token);

    private bool IsTrusted(BearerCaller caller, DateTimeOffset now) =>
        caller.Generation == _endings.Generation && _endings.IsCurrent && !caller.HasExpired(now);

    private async ValueTask<BearerCaller?> FindAtAccountsAsync(string token, CancellationToken cancellationToken)
    {
        var name = NameOf(token)!;
        _metrics.Missed();
        var caller = await _lookups.GetOrAdd(name, static (name, of) => new Lookup(of.Cache, name, of.Token), (Cache: this, Token: token))
            .Caller.WaitAsync(cancellationToken);
        if (caller is null)
        {
            NoteUnknown(name, _time.GetUtcNow());
        }

        return caller;
    }

    private async Task<BearerCaller?> AskAsync(string name, string token)
    {
        var generation = _endings.Generation;
        if (BearerToken.IsKey(token))
        {
            return await KeepAsync(name, token, generation, async () => await _accounts.FindKeyAsync(name));
        }

        return await _tokens.ReadAsync(token) is { } access
            ? await KeepAsync(access.Family, token, generation, async () => await _accounts.FindFamilyAsync(access.Family) is { } family ? access.Restrict(family) : null)
            : null;
    }

    // It is known by its id before Accounts is asked, so that no end is missed in between.
    private async Task<BearerCaller?> KeepAsync(string id, string token, int generation, Func<Task<BearerGrant?>> find)
    {
        var (standing, started) = (_byId.GetOrAdd(id, static _ => new Standing()), _time.GetTimestamp());
        try
        {
            if (await find() is not { } grant)
            {
                Remove(id);
                return null;
            }

            var caller = new BearerCaller(id, token, grant, generation, _time.GetUtcNow());
            if (_endings.IsCurrent && generation == _endings.Generation)
            {
                // Kept first and looked second, while Remove notes first and removes second: one of the two sees the other.
                _byToken[token] = caller;
                standing.Add(token);
                if (standing.IsOver)
                {
                    _byToken.TryRemove(token, out _);
                }

                Evict();
            }

            return standing.HasEnded ? null : caller;
        }
        finally
        {
            _metrics.LookedUp(_time.GetElapsedTime(started));

            // Accounts or Redis is away, and nothing else is known of it.
            if (standing.Count == 0)
            {
                Remove(id);
            }
        }
    }

    // What is forgotten without having ended is looked up again.
    private void Remove(string id, bool hasEnded = false)
    {
        if (_byId.TryRemove(id, out var standing))
        {
            foreach (var token in standing.End(hasEnded))
            {
                _byToken.TryRemove(token, out _);
            }
        }
    }

    private void NoteUnknown(string name, DateTimeOffset now)
    {
        if (_unknown.Count >= MaxUnknown)
        {
            _unknown.Clear();
        }

        _unknown[name] = now + _options.UnknownFor;
    }

    // Any will do: one that is still used costs one look-up.
    private void Evict()
    {
        if (_byToken.Count <= _options.MaxEntries)
        {
            return;
        }

        var surplus = _byToken.Count - (int)(_options.MaxEntries * KeptOnEviction);
        foreach (var (id, standing) in _byId)
        {
            if (surplus <= 0)
            {
                return;
            }

            surplus -= standing.Count;
            Remove(id);
        }
    }

    // Accounts notes it. Only keys show when they were used.
    private async Task NoteUseAsync(BearerCaller caller)
    {
        try
        {
            if (BearerToken.IsKey(caller.Token) && await _accounts.FindKeyAsync(caller.Id) is null)
            {
                Remove(caller.Id);
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
        private readonly Lazy<Task<BearerCaller?>> _caller;

        // Lazy: it must be in the dictionary before Accounts is asked, so that no end is missed in between.
        public Lookup(BearerCache cache, string name, string token) => _caller = new(() => RunAsync(cache, name, token));

        public Task<BearerCaller?> Caller => _caller.Value;

        private async Task<BearerCaller?> RunAsync(BearerCache cache, string name, string token)
        {
            try
            {
                return await cache.AskAsync(name, token);
            }
            finally
            {
                cache._lookups.TryRemove(KeyValuePair.Create(name, this));
            }
        }
    }

    /// <summary>A key or a family as long as it may be in memory, and the tokens under which it is.</summary>
    private sealed class Standing
    {
        private readonly List<string> _tokens = [];
        private bool _isOver;
        private bool _hasEnded;

        /// <summary>Whether it has ended: what was looked up before is not good.</summary>
        public bool HasEnded
        {
            get
            {
                lock (_tokens)
                {
                    return _hasEnded;
                }
            }
        }

        /// <summary>Whether it has ended, or was forgotten: what was looked up before must not be kept.</summary>
        public bool IsOver
        {
            get
            {
                lock (_tokens)
                {
                    return _isOver;
                }
            }
        }

        public int Count
        {
            get
            {
                lock (_tokens)
                {
                    return _tokens.Count;
                }
            }
        }

        public void Add(string token)
        {
            lock (_tokens)
            {
                _tokens.Add(token);
            }
        }

        /// <returns>The tokens.</returns>
        public string[] End(bool hasEnded)
        {
            lock (_tokens)
            {
                (_isOver, _hasEnded) = (true, hasEnded);
                return [.. _tokens];
            }
        }
    }
}
