extern alias presence;

using System.Diagnostics;
using presence::Godzilla.Presence.Leases;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Presence;

/// <summary>Two replicas over a real Redis, whose clock counts; with short times.</summary>
[Collection(SharedStores.Name)]
public sealed class LeaseTests(Stores stores) : IAsyncLifetime
{
    // Long enough that a machine which pauses does not end one in the middle of a test.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AnonymousLease = TimeSpan.FromSeconds(4);
    private readonly string _mothra = $"mothra-{Guid.NewGuid():N}";
    private PresenceReplica? _one;
    private PresenceReplica? _other;

    private PresenceReplica One => _one!;

    private PresenceReplica Other => _other!;

    public async Task InitializeAsync()
    {
        var redis = await stores.ConnectionStringAsync("redis");
        var online = new OnlineOptions { Lease = Lease, AnonymousLease = AnonymousLease, LeaveDelay = TimeSpan.FromSeconds(2), AwayAfter = TimeSpan.FromSeconds(2) };
        _one = await PresenceReplica.StartAsync(redis, online);
        _other = await PresenceReplica.StartAsync(redis, online);
    }

    public async Task DisposeAsync()
    {
        await One.DisposeAsync();
        await Other.DisposeAsync();
    }

    [Fact]
    public async Task AConnectionIsOnlineOnEveryReplicaUntilItsLeaseEnds()
    {
        var watch = Stopwatch.StartNew();
        await One.HoldAsync(_mothra, "c1");

        Assert.True(await One.IsOnlineAsync(_mothra));
        await Eventually.TrueAsync(() => Other.IsOnlineAsync(_mothra), "the other replica knows");
        await Eventually.TrueAsync(async () => !await One.IsOnlineAsync(_mothra) && !await Other.IsOnlineAsync(_mothra), "the lease ends");

        Assert.True(watch.Elapsed >= Lease, $"It ended after {watch.Elapsed}.");
    }

    [Fact]
    public async Task ALeaseThatIsRenewedAtEitherReplicaGoesOn()
    {
        using var timer = new PeriodicTimer(Lease / 3);
        for (var turn = 0; turn < 5; turn++)
        {
            var renewed = Stopwatch.StartNew();
            await (turn % 2 == 0 ? One : Other).HoldAsync(_mothra, "c1");
            await timer.WaitForNextTickAsync();
            var online = await One.IsOnlineAsync(_mothra);

            // A machine that paused for a whole lease has let it end.
            Assert.True(online || renewed.Elapsed > Lease, $"in turn {turn}");
        }
    }

    [Fact]
    public async Task AUserIsOnlineWhileAnyConnectionIs()
    {
        await One.HoldAsync(_mothra, "c1");
        await One.HoldAsync(_mothra, "c2");
        await One.HoldAsync(_mothra, "c2");

        await One.EndAsync(_mothra, "c1");
        await One.EndAsync(_mothra, "c1");
        Assert.True(await One.IsOnlineAsync(_mothra));
        await One.EndAsync(_mothra, "c2");

        Assert.False(await One.IsOnlineAsync(_mothra));
    }

    [Fact]
    public async Task ConnectionsWithoutAnIdAreCountedAndLastLonger()
    {
        await One.HoldAsync(_mothra, "");
        await One.HoldAsync(_mothra, "");
        await One.HoldAsync(_mothra, "c1");
        await One.EndAsync(_mothra, "");
        await Other.EndAsync(_mothra, "c1");
        Assert.True(await Other.IsOnlineAsync(_mothra));

        await One.EndAsync(_mothra, "");
        Assert.False(await One.IsOnlineAsync(_mothra));
        await One.EndAsync(_mothra, "");
        Assert.False(await One.IsOnlineAsync(_mothra));

        var watch = Stopwatch.StartNew();
        await One.HoldAsync(_mothra, "");
        await Eventually.TrueAsync(async () => !await One.IsOnlineAsync(_mothra), "it ends too");
        Assert.True(watch.Elapsed >= AnonymousLease, $"It ended after {watch.Elapsed}.");
    }

    [Fact]
    public async Task WhoLoadsAPageAgainDoesNotFlicker()
    {
        var watcher = WatchReader.Start(Other.Image);
        await One.HoldAsync(_mothra, "c1");
        await One.EndAsync(_mothra, "c1");
        Assert.False(await One.IsOnlineAsync(_mothra));
        var back = await Other.HoldAsync(_mothra, "c2");
        Assert.True(await Other.IsOnlineAsync(_mothra));

        // Past the delay: by now they would have been told.
        await Eventually.TrueAsync(() => watcher.ToldOf(_mothra) is ["joined", "left"], "the second leave is told");
        Assert.True(watcher.Told.Single(message => message.Left.Contains(_mothra)).Version > back);
        watcher.Stop();
    }

    [Fact]
    public async Task TypingEndsWithTheLastConnectionAndNobodyElseStops()
    {
        var (other, discussion) = ($"{_mothra}2", Guid.NewGuid().ToString("N"));
        await One.HoldAsync(_mothra, "c1");
        await One.TypeAsync(_mothra, discussion);
        await One.TypeAsync(other, discussion);
        Assert.Equal([_mothra, other], One.Image.TypingIn(discussion));

        await One.EndAsync(_mothra, "c1");

        Assert.Equal([other], One.Image.TypingIn(discussion));
        await One.TypeAsync(other, discussion, isTyping: false);
        Assert.Empty(One.Image.TypingIn(discussion));
    }

    [Fact]
    public async Task LastSeenAndAwayAreKnown()
    {
        await One.HoldAsync(_mothra, "");
        var here = Assert.Single(await One.Store.FindAsync([_mothra], CancellationToken.None));
        Assert.True(here is { IsOnline: true, IsAway: false, LastSeen: > 0 });

        await Eventually.TrueAsync(async () => (await Other.Store.FindAsync([_mothra], CancellationToken.None))[0].IsAway, "mothra is away");
        await One.TypeAsync(_mothra, "");
        Assert.False((await One.Store.FindAsync([_mothra], CancellationToken.None))[0].IsAway);

        await One.EndAsync(_mothra, "");
        var gone = await One.Store.FindAsync([$"{_mothra}-never", _mothra], CancellationToken.None);
        Assert.Equal((false, false, 0), (gone[0].IsOnline, gone[0].IsAway, gone[0].LastSeen));
        Assert.True(gone[1] is { IsOnline: false, IsAway: false } && gone[1].LastSeen > here.LastSeen);
    }

    [Fact]
    public async Task AThousandConnectionsAtOnceAreAHandfulOfRoundTrips()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{await stores.ConnectionStringAsync("redis")},allowAdmin=true");
        await redis.GetServers()[0].ExecuteAsync("CONFIG", "RESETSTAT");

        await Task.WhenAll(Enumerable.Range(0, 1000).Select(number => One.HoldAsync($"{_mothra}-{number}", "c1")));

        // The replicas' heartbeats are scripts too.
        var stats = await redis.GetServers()[0].InfoRawAsync("commandstats");
        var calls = stats!.Split('\n').Where(line => line.StartsWith("cmdstat_eval", StringComparison.Ordinal))
            .Sum(line => int.Parse(line.Split("calls=")[1].Split(',')[0]));
        Assert.InRange(calls, 1, 60);
        Assert.True(await One.IsOnlineAsync($"{_mothra}-999"));
    }
}
