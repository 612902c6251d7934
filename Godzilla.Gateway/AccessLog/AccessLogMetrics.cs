using System.Diagnostics.Metrics;

namespace Godzilla.Gateway.AccessLog;

/// <summary>Counts what the access log lost.</summary>
internal sealed class AccessLogMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _dropped = meters.Create("Godzilla.Gateway")
        .CreateCounter<long>("godzilla.gateway.access_log.dropped", "{line}", "Lines of the access log that were dropped because its reader is slow.");

    public void Dropped() => _dropped.Add(1);
}
