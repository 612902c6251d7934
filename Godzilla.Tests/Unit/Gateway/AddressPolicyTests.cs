using System.Diagnostics.Metrics;
using System.Net;
using System.Threading.RateLimiting;
using Godzilla.Gateway.RateLimits;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Gateway;

/// <summary>The limit for one address as ASP.NET's middleware asks for it, over a real Redis or without it, on a clock that the test moves.</summary>
[Collection(SharedStores.Name)]
public sealed class AddressPolicyTests(Stores stores) : IAsyncLifetime
{
    private const int Burst = 3;

    private readonly FakeTimeProvider _time = new();
    private readonly DefaultHttpContext _context = new() { Connection = { RemoteIpAddress = IPAddress.Parse("192.0.2.1") } };

    // A test of its own: keys in Redis last.
    private readonly string _name = $"login-{Guid.NewGuid():N}";
    private ConnectionMultiplexer? _redis;
    private RateLimitReplica? _replica;
    private AddressPolicy? _policy;

    private string Key => $"limit:{_name}:{ClientNetwork.Of(_context.Connection.RemoteIpAddress)}";

    public async Task InitializeAsync()
    {
        _redis = await ConnectionMultiplexer.ConnectAsync(await stores.ConnectionStringAsync("redis"));
        _replica = RateLimitReplica.Create(_redis, _time);
        _policy = _replica.Policy(new Limit(_name, PerSecond: 0.1, Burst));
    }

    public async Task DisposeAsync()
    {
        await _replica!.DisposeAsync();
        await _redis!.DisposeAsync();
    }

    [Fact]
    public async Task TheBurstIsLetInAndTheNextIsToldWhenToComeAgain()
    {
        using var limiter = Limiter();
        for (var left = Burst - 1; left >= 0; left--)
        {
            using var granted = await limiter.AcquireAsync();
            Assert.True(granted.IsAcquired);
            Assert.Empty(granted.MetadataNames);
            Assert.False(granted.TryGetMetadata(MetadataName.RetryAfter, out _));
            Assert.StartsWith($"\"{_name}\";r={left};t=", _context.Response.Headers["RateLimit"].ToString(), StringComparison.Ordinal);
        }

        using var refused = await limiter.AcquireAsync();

        Assert.False(refused.IsAcquired);
        Assert.Equal([MetadataName.RetryAfter.Name], refused.MetadataNames);
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out var wait));
        Assert.InRange(wait, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10));
        Assert.False(refused.TryGetMetadata("REASON_PHRASE", out _));
        Assert.Equal($"\"{_name}\";q={Burst};w=30", _context.Response.Headers["RateLimit-Policy"]);
        Assert.StartsWith($"\"{_name}\";r=0;t=", _context.Response.Headers["RateLimit"].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsKnownToBeEmptyIsNotAskedForUntilATokenIsBack()
    {
        using var limiter = Limiter();
        await ExhaustAsync(limiter);

        // Whoever lets it in has looked: there it is full again.
        await _redis!.GetDatabase().KeyDeleteAsync(Key);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False((await limiter.AcquireAsync()).IsAcquired);
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.True((await limiter.AcquireAsync()).IsAcquired);
    }

    [Fact]
    public async Task WithoutRedisItCountsAloneAndSaysSo()
    {
        _replica!.Replicas.Lose();
        using var limiter = Limiter();

        Assert.Equal(Burst, await ExhaustAsync(limiter));
        Assert.Equal($"\"{_name}\";q={Burst};w=30;godzilla-degraded", _context.Response.Headers["RateLimit-Policy"]);
        Assert.False(await _redis!.GetDatabase().KeyExistsAsync(Key));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, await ExhaustAsync(limiter));
    }

    // ASP.NET forgets a limiter that says that it is idle.
    [Fact]
    public async Task ItIsIdleWhenNothingIsUnderWayAndNothingIsOwed()
    {
        using var limiter = Limiter();
        Assert.Equal(TimeSpan.Zero, limiter.IdleDuration);
        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(TimeSpan.FromSeconds(7), limiter.IdleDuration);
        await limiter.AcquireAsync();
        Assert.Equal(TimeSpan.Zero, limiter.IdleDuration);

        _replica!.Replicas.Lose();
        await limiter.AcquireAsync();
        Assert.Null(limiter.IdleDuration);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(10), limiter.IdleDuration);
    }

    [Fact]
    public async Task WithoutWaitingNothingIsGrantedSoTheMiddlewareWaits()
    {
        using var limiter = Limiter();

        Assert.False(limiter.AttemptAcquire().IsAcquired);
        Assert.True((await limiter.AcquireAsync()).IsAcquired);
    }

    [Fact]
    public async Task ARefusalIsCountedAndTheClientIsToldHowLongToWait()
    {
        var rejected = new List<string>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, l) => { if (instrument.Name == "godzilla.gateway.rate_limits.rejected") { l.EnableMeasurementEvents(instrument); } } };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => rejected.AddRange(tags.ToArray().Select(tag => $"{tag.Value}")));
        listener.Start();
        using var limiter = Limiter();
        await ExhaustAsync(limiter);
        using var refused = await limiter.AcquireAsync();

        await _policy!.OnRejected(new OnRejectedContext { HttpContext = _context, Lease = refused }, CancellationToken.None);

        Assert.InRange(int.Parse(_context.Response.Headers.RetryAfter.ToString()), 5, 10);
        Assert.Contains(_name, rejected);
    }

    private RateLimiter Limiter()
    {
        var partition = _policy!.GetPartition(_context);
        return partition.Factory(partition.PartitionKey);
    }

    private static async Task<int> ExhaustAsync(RateLimiter limiter)
    {
        for (var allowed = 0; ; allowed++)
        {
            using var lease = await limiter.AcquireAsync();
            if (!lease.IsAcquired)
            {
                return allowed;
            }
        }
    }
}
