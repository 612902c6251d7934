using System.Diagnostics.Metrics;
using Godzilla.Gateway.Sessions;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Gateway;

/// <summary>The gateway's cache over a real Redis, with the connection between them in the test's hands.</summary>
[Collection(SharedStores.Name)]
public sealed class SessionCacheTests(Stores stores) : IAsyncLifetime
{
    private const int MaxUnknown = 10_000;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly string _token = SessionToken.Create();
    private StoreProxy? _proxy;
    private ConnectionMultiplexer? _near;
    private ConnectionMultiplexer? _far;
    private SessionEndings? _endings;
    private SessionCache? _cache;
    private SessionCacheOptions _options = new();

    private string Id => SessionToken.IdOf(_token)!;

    private IDatabase Redis => _near!.GetDatabase();

    private SessionCache Cache => _cache!;

    public async Task InitializeAsync()
    {
        var options = ConfigurationOptions.Parse(await stores.ConnectionStringAsync("redis"));
        _near = await ConnectionMultiplexer.ConnectAsync(options);
        _proxy = StoreProxy.Before(options);
        options.AbortOnConnectFail = false;
        _far = await ConnectionMultiplexer.ConnectAsync(options);
        Create();
        await _endings!.StartAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => _endings.IsCurrent, "the ends of sessions arrive");
        await Redis.StringSetAsync(SessionKeys.Session(Id), Record().ToJson());
    }

    public async Task DisposeAsync()
    {
        _proxy!.Release();
        await _endings!.StopAsync(CancellationToken.None);
        _endings.Dispose();
        await _far!.DisposeAsync();
        await _proxy.DisposeAsync();
        await _near!.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task ASessionIsLookedUpOnce()
    {
        Assert.Equal("mothra", (await FindAsync())!.Username);

        // Gone from Redis without a word: whoever still finds it did not look there.
        await Redis.KeyDeleteAsync(SessionKeys.Session(Id));

        Assert.Equal("mothra", (await FindAsync())!.Username);
    }

    [Fact]
    public async Task ASessionThatEndsIsForgottenAtOnce()
    {
        await FindAsync();

        await EndAsync();

        await Eventually.TrueAsync(async () => await FindAsync() is null, "it is refused");
    }

    [Fact]
    public async Task ALookUpThatWasUnderWayWhenItsSessionEndedIsNotKept()
    {
        // On a busy machine the look-up's own time limit may come first.
        while (!await TryAsync())
        {
            _proxy!.Release();
            await Redis.StringSetAsync(SessionKeys.Session(Id), Record().ToJson());
        }

        async Task<bool> TryAsync()
        {
            // The answer, which says that it is there, waits in the proxy until its end has arrived.
            _proxy!.HoldAnswers();
            var lookup = FindAsync();
            await Eventually.TrueAsync(() => _proxy.Held.Contains("mothra", StringComparison.Ordinal) || lookup.IsCompleted, "Redis has answered");
            await EndAsync();
            await ArrivedAsync();
            _proxy.Release();
            try
            {
                Assert.Null(await lookup);
                Assert.Null(await FindAsync());
                return true;
            }
            catch (TimeoutException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task ManyWhoAskForOneTokenShareALookUp()
    {
        var misses = 0;
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Name == "godzilla.gateway.sessions.lookup.duration") { l.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref misses));
        listener.Start();

        _proxy!.HoldAnswers();
        var finds = Enumerable.Range(0, 50).Select(_ => FindAsync()).ToArray();
        _proxy.Release();
        var found = await Task.WhenAll(finds);

        Assert.All(found, session => Assert.Same(found[0], session));
        Assert.Equal(1, misses);
    }

    [Fact]
    public async Task HowLongAnEndTakesIsMeasured()
    {
        var lags = 0;
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Name == "godzilla.sessions.endings.lag") { l.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => _ = seconds is > 0 and < 10 ? Interlocked.Increment(ref lags) : throw new InvalidOperationException($"{seconds} s"));
        listener.Start();

        await Eventually.TrueAsync(() => Volatile.Read(ref lags) > 1, "heartbeats are timed");
    }

    [Fact]
    public async Task NothingIsTrustedWhileTheSubscriptionIsSilent()
    {
        await FindAsync();
        _proxy!.HoldMessages();

        // Its end is published and does not arrive.
        await EndAsync();

        await Eventually.TrueAsync(async () => await FindAsync() is null, "silence is noticed, and Redis is asked");
    }

    [Fact]
    public async Task WhatWasKnownBeforeASilenceIsLookedUpAgain()
    {
        await FindAsync();
        var generation = _endings!.Generation;
        await _near!.GetServers()[0].ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await Redis.KeyDeleteAsync(SessionKeys.Session(Id));
        await Eventually.TrueAsync(() => _endings.IsCurrent && _endings.Generation != generation, "the subscription is back");

        Assert.Null(await FindAsync());
    }

    [Fact]
    public async Task AnUnknownTokenIsRememberedForAMoment()
    {
        var unknown = SessionToken.Create();
        Assert.Null(await Cache.FindAsync(unknown, CancellationToken.None));
        await Redis.StringSetAsync(SessionKeys.Session(SessionToken.IdOf(unknown)!), Record().ToJson());
        Assert.Null(await Cache.FindAsync(unknown, CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ä")]
    public async Task WhatIsNoTokenIsNotLookedUp(string token)
    {
        _proxy!.HoldAnswers();

        Assert.Null(await Cache.FindAsync(token, CancellationToken.None));
    }

    [Fact]
    public async Task TheCacheIsBounded()
    {
        _options = new SessionCacheOptions { MaxEntries = 100 };
        Create(_endings);
        for (var i = 0; i < 250; i++)
        {
            var token = SessionToken.Create();
            await Redis.StringSetAsync(SessionKeys.Session(SessionToken.IdOf(token)!), Record().ToJson());
            Assert.NotNull(await Cache.FindAsync(token, CancellationToken.None));

            // Of a full cache a tenth goes, and the new one comes in.
            Assert.Equal(i < 100 ? i + 1 : 91 + ((i - 100) % 10), Cache.Count);
        }
    }

    [Fact]
    public async Task WhatIsRememberedOfUnknownTokensIsBounded()
    {
        _options = new SessionCacheOptions { UnknownFor = TimeSpan.FromMinutes(1) };
        Create(_endings);
        var first = SessionToken.Create();
        Assert.Null(await Cache.FindAsync(first, CancellationToken.None));
        for (var i = 1; i < MaxUnknown; i++)
        {
            Assert.Null(await Cache.FindAsync(SessionToken.Create(), CancellationToken.None));
        }

        // One more, and all are looked up anew.
        await Redis.StringSetAsync(SessionKeys.Session(SessionToken.IdOf(first)!), Record().ToJson());
        Assert.Null(await Cache.FindAsync(first, CancellationToken.None));
        Assert.Null(await Cache.FindAsync(SessionToken.Create(), CancellationToken.None));
        Assert.NotNull(await Cache.FindAsync(first, CancellationToken.None));
    }

    [Fact]
    public async Task WhatIsFoundWhileTheSubscriptionIsSilentIsNotKept()
    {
        _proxy!.HoldMessages();
        await Eventually.TrueAsync(() => !_endings!.IsCurrent, "silence is noticed");

        Assert.Equal("mothra", (await FindAsync())!.Username);
        Assert.Equal(0, Cache.Count);
    }

    [Fact]
    public async Task WhereSessionsAreFoundIsMeasured()
    {
        var found = new Dictionary<string, long>(StringComparer.Ordinal);
        var cached = 0;
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Name is "godzilla.gateway.sessions.found" or "godzilla.gateway.sessions.cached") { l.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => found[(string)tags[0].Value!] = found.GetValueOrDefault((string)tags[0].Value!) + count);
        listener.SetMeasurementEventCallback<int>((_, count, _, _) => cached += count);
        listener.Start();

        await FindAsync();
        await FindAsync();
        await FindAsync();
        listener.RecordObservableInstruments();

        Assert.Equal((1, 2, 1), (found["redis"], found["memory"], cached));
    }

    [Fact]
    public async Task UseIsNotedInRedisOnceAMinute()
    {
        var old = Record() with { SeenAt = DateTimeOffset.UtcNow.AddMinutes(-2), IdleSeconds = 600 };
        await Redis.StringSetAsync(SessionKeys.Session(Id), old.ToJson());

        await FindAsync();
        await Eventually.TrueAsync(async () => (await StoredAsync()).SeenAt > old.SeenAt, "use is noted");
        Assert.InRange((await Redis.KeyTimeToLiveAsync(SessionKeys.Session(Id)))!.Value.TotalSeconds, 540, 600);

        var noted = await StoredAsync();
        await FindAsync();
        await ArrivedAsync();
        Assert.Equal(noted, await StoredAsync());
    }

    [Fact]
    public async Task UseOfWhatIsInMemoryIsNotedToo()
    {
        var old = await SoonToBeNotedAsync();

        await Eventually.TrueAsync(async () => await FindAsync() is not null && (await StoredAsync()).SeenAt > old.SeenAt, "use is noted");
    }

    [Fact]
    public async Task AUseThatFindsTheSessionGoneEndsIt()
    {
        await SoonToBeNotedAsync();

        // As a Redis that has lost its memory has it: nobody says so.
        await Redis.KeyDeleteAsync(SessionKeys.Session(Id));

        await Eventually.TrueAsync(async () => await FindAsync() is null, "it is looked up, and is not there");
    }

    [Fact]
    public async Task UseDoesNotBringAnEndedSessionBack()
    {
        await Redis.StringSetAsync(SessionKeys.Session(Id), (Record() with { SeenAt = DateTimeOffset.UtcNow.AddMinutes(-2) }).ToJson());
        _proxy!.HoldAnswers();
        var lookup = FindAsync();
        await EndAsync();
        _proxy.Release();
        await lookup;
        await ArrivedAsync();

        Assert.False(await Redis.KeyExistsAsync(SessionKeys.Session(Id)));
    }

    [Fact]
    public async Task ASessionThatIsNotUsedEnds()
    {
        await Redis.StringSetAsync(SessionKeys.Session(Id), (Record() with { IdleSeconds = 1 }).ToJson());

        Assert.NotNull(await FindAsync());
        await Redis.KeyDeleteAsync(SessionKeys.Session(Id));

        await Eventually.TrueAsync(async () => await FindAsync() is null, "it ends without a message");
    }

    // It is in memory, and the minute in which its use is not noted again is over in a moment.
    private async Task<SessionRecord> SoonToBeNotedAsync()
    {
        var old = Record() with { SeenAt = DateTimeOffset.UtcNow.AddSeconds(-58), IdleSeconds = 600 };
        await Redis.StringSetAsync(SessionKeys.Session(Id), old.ToJson());
        await FindAsync();
        return old;
    }

    private static SessionRecord Record() => new("mothra", DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));

    private Task<Session?> FindAsync() => Cache.FindAsync(_token, CancellationToken.None).AsTask();

    private async Task<SessionRecord> StoredAsync() => SessionRecord.FromJson((byte[])(await Redis.StringGetAsync(SessionKeys.Session(Id)))!)!;

    private Task<bool> EndAsync()
    {
        var end = Redis.CreateTransaction();
        _ = end.KeyDeleteAsync(SessionKeys.Session(Id));
        _ = end.PublishAsync(new RedisChannel(SessionKeys.Ended, RedisChannel.PatternMode.Literal), Id);
        return end.ExecuteAsync();
    }

    // What was published before it has arrived as well.
    private async Task ArrivedAsync()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mark = Guid.NewGuid().ToString("N");
        _endings!.OnEnded(id =>
        {
            if (id == mark)
            {
                arrived.TrySetResult();
            }
        });
        await _near!.GetSubscriber().PublishAsync(new RedisChannel(SessionKeys.Ended, RedisChannel.PatternMode.Literal), mark);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    private void Create(SessionEndings? endings = null)
    {
        var failures = Options.Create(new DependencyFailures().Add<RedisConnectionException>());
        _endings = endings ?? new SessionEndings(_far!, failures, TimeProvider.System, NullLogger<SessionEndings>.Instance);
        _cache = new SessionCache(
            _far!, _endings, Options.Create(_options), failures, new SessionMetrics(_services.GetRequiredService<IMeterFactory>()), TimeProvider.System);
    }
}
