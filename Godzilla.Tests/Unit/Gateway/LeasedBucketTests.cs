using Godzilla.Gateway.RateLimits;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Gateway;

/// <summary>
/// One client's bucket at one replica, step by step: a real Redis whose answers the test holds back, and a clock that the test moves. A lease is
/// 20 tokens, and more are leased when fewer than 10 are left.
/// </summary>
[Collection(SharedStores.Name)]
public sealed class LeasedBucketTests(Stores stores) : IAsyncLifetime
{
    private const int Burst = 200;
    private const int Lease = 20;

    // Redis's clock is its own: so slowly nothing comes back there during a test.
    private const double PerSecond = 0.01;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.1);

    private readonly FakeTimeProvider _time = new();
    private readonly string _key = $"limit:requests:{Guid.NewGuid():N}";
    private StoreProxy? _proxy;
    private ConnectionMultiplexer? _redis;
    private RateLimitReplica? _replica;
    private LeasedBucket? _bucket;

    private LeasedBucket Bucket => _bucket!;

    private StoreProxy Proxy => _proxy!;

    public async Task InitializeAsync()
    {
        var configuration = ConfigurationOptions.Parse(await stores.ConnectionStringAsync("redis"));
        _proxy = StoreProxy.Before(configuration);
        _redis = await ConnectionMultiplexer.ConnectAsync(configuration);
        _replica = RateLimitReplica.Create(_redis, _time);
        _bucket = new LeasedBucket(_key, _replica.Requests(PerSecond, Burst));
    }

    public async Task DisposeAsync()
    {
        Proxy.Release();
        await _replica!.DisposeAsync();
        await _redis!.DisposeAsync();
        await Proxy.DisposeAsync();
    }

    [Fact]
    public async Task WhileALeaseIsUnderWayOneLeaseIsLentAndNotMore()
    {
        // Nothing is known of this client.
        Proxy.HoldAnswers();
        Assert.Equal(Lease, Taken());
        await AnswerAsync();
        Assert.Equal(Burst - 1 - Lease, await LeftAsync());

        // Of the 20 that were lent one was paid. What was leased is taken, and at the 11th more is asked for.
        Proxy.HoldAnswers();
        Assert.Equal(Lease + 1, Taken());
        await AnswerAsync();
        Assert.Equal(Burst - 1 - Lease - (Lease - 1) - 11, await LeftAsync());

        Assert.Equal(Burst - (2 * Lease) - 1, await TakenInTurnAsync());
    }

    [Fact]
    public async Task WhatOthersTookIsLentOnceAndThenKnown()
    {
        Assert.True(Bucket.TryTake());
        await SettledAsync();
        await _replica!.Buckets.TakeAsync(_key, Limit, owed: 172, wanted: 0);

        // This replica believes that 179 are left.
        Proxy.HoldAnswers();
        Assert.Equal(2 * Lease, Taken());
        await AnswerAsync();

        // 7 were left, and now it knows. It asks again after a while, and pays what it had lent.
        Assert.Equal(7, Taken());
        Assert.Equal(0, await LeftAsync());
        _time.Advance(Pause - TimeSpan.FromMilliseconds(1));
        Assert.False(Bucket.TryTake());
        await SettledAsync();
        Assert.Equal(0, await LeftAsync());
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(Bucket.TryTake());
        await SettledAsync();
        Assert.Equal(-Lease, await LeftAsync());
    }

    [Fact]
    public async Task WhoIsRefusedComesBackAtTheTimeThatItWasTold()
    {
        await TakenInTurnAsync();
        await _replica!.Buckets.TakeAsync(_key, Limit, owed: 4, wanted: 0);
        _time.Advance(Pause);
        Assert.False(Bucket.TryTake());
        await SettledAsync();

        var (wait, left) = Bucket.Promise();

        // Five tokens, but for what came back in Redis during the test.
        Assert.InRange(wait, TimeSpan.FromSeconds(450), TimeSpan.FromSeconds(500));
        Assert.InRange(left, -4, -3.5);
        _time.Advance(TimeSpan.FromSeconds(50));
        Assert.InRange(Bucket.Promise().Wait, wait - TimeSpan.FromSeconds(51), wait - TimeSpan.FromSeconds(49));
        _time.Advance(wait - TimeSpan.FromSeconds(51));
        Assert.False(Bucket.TryTake());
        await SettledAsync();

        // It was promised, so it is let through although Redis has nothing; and once.
        Proxy.HoldAnswers();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Bucket.TryTake());
        Assert.False(Bucket.TryTake());
    }

    [Fact]
    public async Task WhatCameBackSinceTheLastLeaseIsLent()
    {
        await TakenInTurnAsync();
        Assert.Equal(0, Math.Round(Bucket.Promise().Left));

        // 30 came back; 20 of them are being leased, and only the others are lent.
        Proxy.HoldAnswers();
        _time.Advance(Pause / 2);
        Assert.Equal(0, Taken());
        _time.Advance(TimeSpan.FromSeconds(30 / PerSecond));
        Assert.Equal(30 - Lease, Taken());
    }

    [Fact]
    public async Task ItIsInUseWhileALeaseIsUnderWay()
    {
        Assert.True(Bucket.WasUsed());
        Assert.False(Bucket.WasUsed());
        Proxy.HoldAnswers();
        Assert.True(Bucket.TryTake());
        Assert.True(Bucket.WasUsed());
        Assert.True(Bucket.WasUsed());

        await AnswerAsync();

        Assert.False(Bucket.WasUsed());
        Assert.True(Bucket.TryTake());
        Assert.True(Bucket.WasUsed());
        Assert.False(Bucket.WasUsed());
    }

    [Fact]
    public async Task ARedisThatIsLostDuringALeaseLeavesTheReplicaAloneWithTheSameLimit()
    {
        Proxy.HoldAnswers();
        Assert.Equal(Lease, Taken());

        await Proxy.DisposeAsync();
        await SettledAsync();

        Assert.True(_replica!.Replicas.IsDegraded);
        Assert.Equal(Burst - Lease, Taken());
    }

    [Fact]
    public async Task ALeaseThatFailsIsTriedAgain()
    {
        var database = _redis!.GetDatabase();
        await database.ListLeftPushAsync(_key, "no number");
        Assert.True(Bucket.TryTake());
        await SettledAsync();
        await database.KeyDeleteAsync(_key);

        Assert.True(Bucket.TryTake());
        await SettledAsync();

        Assert.Equal(Burst - 2 - Lease, await LeftAsync());
        Assert.False(_replica!.Replicas.IsDegraded);
    }

    private static Limit Limit => new(RequestLimit.Policy, PerSecond, Burst);

    private int Taken()
    {
        var taken = 0;
        while (Bucket.TryTake())
        {
            taken++;
        }

        return taken;
    }

    // Each lease is there before the next request.
    private async Task<int> TakenInTurnAsync()
    {
        for (var taken = 0; ; taken++)
        {
            if (!Bucket.TryTake())
            {
                return taken;
            }

            await SettledAsync();
        }
    }

    private Task AnswerAsync()
    {
        Proxy.Release();
        return SettledAsync();
    }

    private Task SettledAsync() => Eventually.TrueAsync(
        () =>
        {
            Bucket.WasUsed();
            return !Bucket.WasUsed();
        },
        "no lease is under way");

    private async Task<double> LeftAsync() => Math.Floor((await _replica!.Buckets.TakeAsync(_key, Limit, owed: 0, wanted: 0)).Left);
}
