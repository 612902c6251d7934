extern alias presence;

using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using presence::Godzilla.Presence.Leases;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Presence;

/// <summary>Leases over a real Redis, with a clock of the test's own.</summary>
[Collection(SharedStores.Name)]
public sealed class LeaseTests(Stores stores) : IAsyncLifetime
{
    // Far ahead, and each test at another time: the others' leases are over.
    private static int s_tests;
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow.AddYears(++s_tests));
    private readonly OnlineOptions _options = new();
    private ConnectionMultiplexer? _redis;

    public async Task InitializeAsync() => _redis = await ConnectionMultiplexer.ConnectAsync(await stores.ConnectionStringAsync("redis"));

    public async Task DisposeAsync() => await _redis!.DisposeAsync();

    [Fact]
    public async Task AConnectionIsOnlineUntilItsLeaseEnds()
    {
        var online = Replica();
        Assert.Equal(["mothra"], await online.ConnectAsync("mothra", "c1", CancellationToken.None));

        _time.Advance(_options.Lease - TimeSpan.FromMilliseconds(1));
        Assert.Equal(["mothra"], await ListAsync(online));
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Empty(await ListAsync(online));
    }

    [Fact]
    public async Task ARenewedLeaseLastsAnotherTimeOnEveryReplica()
    {
        var (one, other) = (Replica(), Replica());
        await one.ConnectAsync("mothra", "c1", CancellationToken.None);
        _time.Advance(_options.Lease - TimeSpan.FromSeconds(1));

        await other.RenewAsync([("mothra", "c1"), ("rodan", "c2")], CancellationToken.None);
        _time.Advance(_options.Lease - TimeSpan.FromMilliseconds(1));

        Assert.Equal(["mothra", "rodan"], await ListAsync(one));
    }

    [Fact]
    public async Task AUserIsOnlineWhileAnyConnectionIs()
    {
        var online = Replica();
        await online.ConnectAsync("mothra", "c1", CancellationToken.None);
        _time.Advance(_options.Lease / 2);
        await online.ConnectAsync("mothra", "c2", CancellationToken.None);

        _time.Advance(_options.Lease / 2);
        Assert.Equal(["mothra"], await ListAsync(online));
        await online.DisconnectAsync("mothra", "c2", CancellationToken.None);

        Assert.Empty(await ListAsync(online));
    }

    [Fact]
    public async Task AConnectionWithoutAnIdLastsAsLongAsASession()
    {
        var online = Replica();
        await online.ConnectAsync("mothra", "", CancellationToken.None);

        _time.Advance(_options.AnonymousLease - TimeSpan.FromMilliseconds(1));
        Assert.Equal(["mothra"], await ListAsync(online));
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Empty(await ListAsync(online));
    }

    private OnlineUsers Replica() => new(_redis!, Options.Create(_options), _time);

    private static Task<string[]> ListAsync(OnlineUsers online) => online.ListAsync(CancellationToken.None);
}
