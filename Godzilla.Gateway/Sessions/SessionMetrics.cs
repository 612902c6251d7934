using System.Diagnostics.Metrics;

namespace Godzilla.Gateway.Sessions;

/// <summary>What the session cache does.</summary>
internal sealed class SessionMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _found;
    private readonly Histogram<double> _lookups;

    public SessionMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Godzilla.Gateway");
        _found = _meter.CreateCounter<long>("godzilla.gateway.sessions.found", "{request}", "Requests whose session was looked for, by where.");
        _lookups = _meter.CreateHistogram<double>("godzilla.gateway.sessions.lookup.duration", "s", "How long Redis took to find a session.");
    }

    public void Hit() => _found.Add(1, new KeyValuePair<string, object?>("source", "memory"));

    public void Missed() => _found.Add(1, new KeyValuePair<string, object?>("source", "redis"));

    public void LookedUp(TimeSpan duration) => _lookups.Record(duration.TotalSeconds);

    public void Observe(Func<int> size) =>
        _meter.CreateObservableGauge("godzilla.gateway.sessions.cached", size, "{session}", "Sessions in memory.");

    public void ObserveSockets(Func<int> open) =>
        _meter.CreateObservableGauge("godzilla.gateway.sockets.open", open, "{socket}", "WebSockets that are open.");
}
