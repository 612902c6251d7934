using System.Diagnostics.Metrics;

namespace Godzilla.Gateway.Bearer;

/// <summary>What becomes of API keys and access tokens.</summary>
internal sealed class BearerMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _found;
    private readonly Counter<long> _refused;
    private readonly Histogram<double> _lookups;

    public BearerMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Godzilla.Gateway");
        _found = _meter.CreateCounter<long>("godzilla.gateway.bearer.found", "{request}", "Requests whose key or token was looked for, by where.");
        _refused = _meter.CreateCounter<long>("godzilla.gateway.bearer.refused", "{request}", "Requests whose key or token was refused, by why.");
        _lookups = _meter.CreateHistogram<double>("godzilla.gateway.bearer.lookup.duration", "s", "How long Accounts took to find a key or a token.");
    }

    public void Hit() => _found.Add(1, new KeyValuePair<string, object?>("source", "memory"));

    public void Missed() => _found.Add(1, new KeyValuePair<string, object?>("source", "accounts"));

    /// <summary>There is none, or it is not good.</summary>
    public void Invalid() => _refused.Add(1, new KeyValuePair<string, object?>("reason", "invalid"));

    /// <summary>It may not do that.</summary>
    public void Forbidden() => _refused.Add(1, new KeyValuePair<string, object?>("reason", "scope"));

    /// <summary>It ended while the request was under way.</summary>
    public void Cut() => _refused.Add(1, new KeyValuePair<string, object?>("reason", "ended"));

    public void LookedUp(TimeSpan duration) => _lookups.Record(duration.TotalSeconds);

    public void ObserveRequests(Func<int> open) =>
        _meter.CreateObservableGauge("godzilla.gateway.bearer.requests", open, "{request}", "Requests that run with a key or a token.");

    public void Observe(Func<int> size) =>
        _meter.CreateObservableGauge("godzilla.gateway.bearer.cached", size, "{token}", "Keys and tokens in memory.");
}
