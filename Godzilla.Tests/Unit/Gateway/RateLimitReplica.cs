using System.Diagnostics.Metrics;
using Godzilla.Gateway.RateLimits;
using Godzilla.Gateway.Shutdown;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Tests.Unit.Gateway;

/// <summary>What a replica of the gateway limits requests with. It says nothing of itself in Redis, so it counts as the only one.</summary>
internal sealed class RateLimitReplica : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly IOptions<DependencyFailures> _failures = Options.Create(new DependencyFailures().Add<RedisConnectionException>());
    private readonly RateLimitMetrics _metrics;
    private readonly TimeProvider _time;

    private RateLimitReplica(IConnectionMultiplexer redis, TimeProvider time)
    {
        _time = time;
        _metrics = new RateLimitMetrics(_services.GetRequiredService<IMeterFactory>());
        Buckets = new RedisBuckets(redis);
        Replicas = new Replicas(redis, new GatewayInstance(), _failures, _metrics, time, NullLogger<Replicas>.Instance);
    }

    public RedisBuckets Buckets { get; }

    public Replicas Replicas { get; }

    public static RateLimitReplica Create(IConnectionMultiplexer redis, TimeProvider time) => new(redis, time);

    public AddressPolicy Policy(Limit limit) => new(limit, Buckets, Replicas, _failures, _metrics, _time);

    public RequestLimit Requests(double perSecond, int burst, int maxClients = 1000)
    {
        var options = new RateLimitOptions { MaxClients = maxClients, Requests = { PerSecond = perSecond, Burst = burst } };
        return new RequestLimit(Buckets, Replicas, Options.Create(options), _failures, _metrics, _time);
    }

    public async ValueTask DisposeAsync()
    {
        Replicas.Dispose();
        await _services.DisposeAsync();
    }
}
