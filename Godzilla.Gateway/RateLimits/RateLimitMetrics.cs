using System.Diagnostics.Metrics;

namespace Godzilla.Gateway.RateLimits;

/// <summary>What the limits do.</summary>
internal sealed class RateLimitMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _leases;

    public RateLimitMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Godzilla.Gateway");
        _rejected = _meter.CreateCounter<long>("godzilla.gateway.rate_limits.rejected", "{request}", "Requests that were over a limit, by policy.");
        _leases = _meter.CreateCounter<long>("godzilla.gateway.rate_limits.leases", "{lease}", "Times that tokens were fetched ahead of need, by where.");
    }

    public void Rejected(string policy) => _rejected.Add(1, new KeyValuePair<string, object?>("policy", policy));

    public void Leased(bool shared) => _leases.Add(1, new KeyValuePair<string, object?>("source", shared ? "redis" : "memory"));

    public void ObserveClients(Func<int> count) =>
        _meter.CreateObservableGauge("godzilla.gateway.rate_limits.clients", count, "{client}", "Sessions and client addresses whose requests are counted in memory.");

    public void ObserveDegraded(Func<bool> isDegraded) =>
        _meter.CreateObservableGauge(
            "godzilla.gateway.rate_limits.degraded", () => isDegraded() ? 1 : 0, description: "1 while this replica counts alone, because Redis is away.");
}
