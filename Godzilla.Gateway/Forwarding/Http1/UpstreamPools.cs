using System.Collections.Concurrent;
using Godzilla.ServiceDefaults.Hosting;

namespace Godzilla.Gateway.Forwarding.Http1;

/// <summary>The connections to all replicas of all services. One timer watches over them, so that a request needs none.</summary>
internal sealed class UpstreamPools(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(0.25);

    // Null for an address that is not plain HTTP.
    private readonly ConcurrentDictionary<string, UpstreamPool?> _pools = new(StringComparer.Ordinal);

    /// <param name="address">The address of a destination, as configured or resolved.</param>
    /// <returns>Its connections, or <see langword="null"/> if it is not plain HTTP on a host of its own.</returns>
    public UpstreamPool? Find(string address) =>
        _pools.TryGetValue(address, out var pool) ? pool : _pools.GetOrAdd(address, static (address, time) => Create(address, time), time);

    public override void Dispose()
    {
        foreach (var (_, pool) in _pools)
        {
            pool?.Dispose();
        }

        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => time.RepeatAsync(SweepEvery, Sweep, stoppingToken);

    private void Sweep()
    {
        foreach (var (address, pool) in _pools)
        {
            pool?.Sweep();

            // Replicas come and go. One that is still used makes a new pool.
            if (pool is { IsAbandoned: true })
            {
                _pools.TryRemove(KeyValuePair.Create<string, UpstreamPool?>(address, pool));
            }
        }
    }

    private static UpstreamPool? Create(string address, TimeProvider time) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri is { Scheme: "http", PathAndQuery: "/" } ? new UpstreamPool(uri, time) : null;
}
