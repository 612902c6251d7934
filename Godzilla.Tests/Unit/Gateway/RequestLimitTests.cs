using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Godzilla.Gateway.RateLimits;
using Godzilla.Gateway.Sessions;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Gateway;

/// <summary>The limit on all requests: replicas in one process, over a real Redis, or without it on a clock that the test moves.</summary>
[Collection(SharedStores.Name)]
public sealed class RequestLimitTests(Stores stores) : IAsyncLifetime
{
    private const int Burst = 200;

    private readonly List<RateLimitReplica> _replicas = [];
    private readonly FakeTimeProvider _time = new();
    private ConnectionMultiplexer? _redis;

    public async Task InitializeAsync() => _redis = await ConnectionMultiplexer.ConnectAsync(await stores.ConnectionStringAsync("redis"));

    public async Task DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await _redis!.DisposeAsync();
    }

    [Fact]
    public async Task OneReplicaLetsTheBurstThroughAndNotMore()
    {
        var replica = Replica(perSecond: 0.01);
        var session = NewSession();

        var allowed = await ExhaustAsync(session, [replica]);

        Assert.Equal(Burst, allowed);
    }

    [Fact]
    public async Task ASessionThatIsLookedUpAtEachRequestIsStillOneClient()
    {
        var replica = Replica(perSecond: 0.01);
        var token = SessionToken.Create();
        for (var i = 0; i < Burst; i++)
        {
            Assert.True(replica.Allows(Context(), NewSession(token)));
            await _redis!.GetDatabase().PingAsync();
        }

        Assert.False(replica.Allows(Context(), NewSession(token)));
    }

    [Fact]
    public async Task TwoReplicasTogetherLetTheBurstThroughToWithinALeaseEach()
    {
        RequestLimit[] replicas = [Replica(perSecond: 0.01), Replica(perSecond: 0.01)];
        var session = NewSession();

        var allowed = await ExhaustAsync(session, replicas);

        Assert.InRange(allowed, Burst, Burst + (2 * replicas[0].Lease));
    }

    [Fact]
    public async Task WhatOneReplicaLetThroughTooMuchIsPaidBack()
    {
        RequestLimit[] replicas = [.. Enumerable.Range(0, 5).Select(_ => Replica(perSecond: 0.01))];
        var session = NewSession();
        await ExhaustAsync(session, replicas);

        // A new replica has its local start, and learns at once that nothing is left.
        var late = Replica(perSecond: 0.01);
        var allowed = await ExhaustAsync(NewSession(session.Token), [late]);

        Assert.InRange(allowed, 1, late.Lease);
    }

    [Fact]
    public async Task KeysInRedisEndWhenTheBucketIsFullAgain()
    {
        var replica = Replica(perSecond: 10);
        var session = NewSession();
        await ExhaustAsync(session, [replica], most: Burst);

        var life = await _redis!.GetDatabase().KeyTimeToLiveAsync($"limit:requests:{session.Id}");

        Assert.InRange(life!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(Burst / 10));
    }

    [Fact]
    public void WithoutRedisEachReplicaEnforcesItsShareAndKeepsItsPromises()
    {
        var replica = Replica(perSecond: 10, isAlone: true);
        var session = NewSession();

        var allowed = CountAllowed(replica, session);

        Assert.Equal(Burst, allowed);
        var refused = Context();
        Assert.False(replica.Allows(refused, session));
        Assert.Equal(StatusCodes.Status429TooManyRequests, refused.Response.StatusCode);
        Assert.Equal("1", refused.Response.Headers.RetryAfter);
        Assert.Equal($"\"requests\";q={Burst};w=20;godzilla-degraded", refused.Response.Headers["RateLimit-Policy"]);
        Assert.Equal("\"requests\";r=0;t=20;godzilla-degraded", refused.Response.Headers["RateLimit"]);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(10, CountAllowed(replica, session));
    }

    [Fact]
    public async Task ARefusedClientThatWaitsAsToldIsLetThroughAlthoughOthersTookTheTokens()
    {
        var replica = Replica(perSecond: 1, time: _time);
        var session = NewSession();
        await ExhaustAsync(session, [replica]);
        var refused = Context();
        Assert.False(replica.Allows(refused, session));
        var wait = int.Parse(refused.Response.Headers.RetryAfter.ToString(), CultureInfo.InvariantCulture);

        // Another replica spends what comes back, and this one learns of it.
        await new RedisBuckets(_redis!).TakeAsync($"limit:requests:{session.Id}", replica.Limit, owed: Burst, wanted: 0);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.False(replica.Allows(Context(), session));
        await _redis!.GetDatabase().PingAsync();
        _time.Advance(TimeSpan.FromSeconds(wait));

        Assert.True(replica.Allows(Context(), session));
        Assert.False(replica.Allows(Context(), session));
    }

    [Fact]
    public void AnAddressIsNoOtherAndAnIPv6NetworkIsOneClient()
    {
        var replica = Replica(perSecond: 0.01, isAlone: true);
        CountAllowed(replica, null, "192.0.2.1");

        Assert.False(replica.Allows(Context("192.0.2.1"), null));
        Assert.False(replica.Allows(Context("::ffff:192.0.2.1"), null));
        Assert.True(replica.Allows(Context("192.0.2.2"), null));
        Assert.True(replica.Allows(Context("192.0.2.1"), NewSession()));

        CountAllowed(replica, null, "2001:db8:0:1::1");
        Assert.False(replica.Allows(Context("2001:db8:0:1:ffff::2"), null));
        Assert.True(replica.Allows(Context("2001:db8:0:2::1"), null));
    }

    [Fact]
    public void AddressesThatAreIdleAreForgotten()
    {
        var replica = Replica(perSecond: 10, isAlone: true);
        for (byte i = 0; i < 50; i++)
        {
            Assert.True(replica.Allows(Context($"192.0.2.{i}"), null));
        }

        replica.Sweep();
        Assert.Equal(50, replica.Clients);
        Assert.True(replica.Allows(Context("192.0.2.7"), null));
        replica.Sweep();
        Assert.Equal(1, replica.Clients);
        replica.Sweep();
        Assert.Equal(0, replica.Clients);
    }

    [Fact]
    public async Task TheSweepRunsByItself()
    {
        var replica = Replica(perSecond: 10, isAlone: true);
        await replica.StartAsync(CancellationToken.None);
        Assert.True(replica.Allows(Context(), null));

        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(20));
                return replica.Clients == 0;
            },
            "the address is forgotten");
        await replica.StopAsync(CancellationToken.None);
    }

    [Fact]
    public void AFloodOfAddressesIsBounded()
    {
        var replica = Replica(perSecond: 10, isAlone: true, maxClients: 100);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(replica.Allows(Context($"10.0.{i / 250}.{i % 250}"), null));
            Assert.InRange(replica.Clients, i < 100 ? i + 1 : 91, 100);
        }
    }

    [Theory]
    [InlineData(10, 200, 20, 10)]
    [InlineData(10, 5, 5, 2)]
    [InlineData(10, 1, 1, 1)]
    [InlineData(10, 1000, 100, 50)]
    [InlineData(5000, 1000, 500, 250)]
    [InlineData(5000, 200, 200, 100)]
    public void ALeaseIsATenthOfTheBucketOrOfASecondAndNotTooSmall(double perSecond, int burst, int lease, int lowWater)
    {
        var replica = Replica(perSecond, burst, isAlone: true);

        Assert.Equal((lease, lowWater), (replica.Lease, replica.LowWater));
        Assert.Equal(Math.Min(lowWater / perSecond, 0.1), TimeSpan.FromSeconds((double)replica.PauseTicks / _time.TimestampFrequency).TotalSeconds, 6);
    }

    [Fact]
    public async Task ClientsRefusalsAndLeasesAreMeasured()
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Name.StartsWith("godzilla.gateway.rate_limits.", StringComparison.Ordinal)) { l.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<long>((instrument, count, tags, _) => Add($"{instrument.Name.Split('.')[^1]} {tags[0].Value}", count));
        listener.SetMeasurementEventCallback<int>((instrument, count, _, _) => Add(instrument.Name.Split('.')[^1], count));
        listener.Start();
        var replica = Replica(perSecond: 0.01);
        var session = NewSession();

        await ExhaustAsync(session, [replica]);
        Assert.True(replica.Allows(Context(), null));
        Assert.True(replica.AllowsLookUp(Context()));
        Assert.Equal(3, replica.Clients);
        listener.RecordObservableInstruments();

        // Whoever's lease is under way is in use.
        await Eventually.TrueAsync(
            () =>
            {
                replica.Sweep();
                return replica.Clients == 0;
            },
            "all are forgotten");
        lock (counts)
        {
            Assert.Equal(3, counts["clients"]);
            Assert.InRange(counts["rejected requests"], 50, int.MaxValue);
            Assert.InRange(counts["leases redis"], 2, int.MaxValue);
            Assert.DoesNotContain("leases memory", counts.Keys);
        }

        void Add(string name, long count)
        {
            lock (counts)
            {
                counts[name] = counts.GetValueOrDefault(name) + count;
            }
        }
    }

    [Fact]
    public void LookUpsOfAnAddressAreApartFromItsRequests()
    {
        var replica = Replica(perSecond: 0.01, isAlone: true);
        CountAllowed(replica, null);

        Assert.True(replica.AllowsLookUp(Context()));
        Assert.True(replica.Allows(Context(), NewSession()));
    }

    [Fact]
    public void ARequestWithATokenAllocatesNothing()
    {
        var replica = Replica(perSecond: 10_000_000, burst: 10_000_000, isAlone: true);
        var (session, context) = (NewSession(), Context());
        void Run()
        {
            for (var i = 0; i < 1000; i++)
            {
                Assert.True(replica.Allows(context, session));
                Assert.True(replica.Allows(context, null));
            }
        }

        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static Session NewSession(string? token = null)
    {
        token ??= SessionToken.Create();
        return new Session(SessionToken.IdOf(token)!, token, new SessionRecord("mothra", DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1)), generation: 0);
    }

    private static DefaultHttpContext Context(string address = "192.0.2.1") => new() { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };

    private static int CountAllowed(RequestLimit replica, Session? session, string address = "192.0.2.1")
    {
        var allowed = 0;
        while (replica.Allows(Context(address), session))
        {
            allowed++;
        }

        return allowed;
    }

    // Requests at each replica in turn until all refuse. The connection answers in order: after a ping the leases are there.
    private async Task<int> ExhaustAsync(Session session, RequestLimit[] replicas, int most = int.MaxValue)
    {
        // Replicas are processes: each has found the session for itself.
        Session[] found = [session, .. replicas.Skip(1).Select(_ => NewSession(session.Token))];
        var (allowed, refused) = (0, 0);
        for (var i = 0; refused < 50 * replicas.Length && allowed < most; i++)
        {
            if (replicas[i % replicas.Length].Allows(Context(), found[i % replicas.Length]))
            {
                (allowed, refused) = (allowed + 1, 0);
            }
            else
            {
                refused++;
            }

            await _redis!.GetDatabase().PingAsync();
        }

        return allowed;
    }

    private RequestLimit Replica(double perSecond, int burst = Burst, bool isAlone = false, int maxClients = 1000, TimeProvider? time = null)
    {
        var replica = RateLimitReplica.Create(_redis!, time ?? (isAlone ? _time : TimeProvider.System));
        _replicas.Add(replica);
        if (isAlone)
        {
            replica.Replicas.Lose();
        }

        return replica.Requests(perSecond, burst, maxClients);
    }
}
