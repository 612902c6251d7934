using System.Diagnostics.Metrics;

namespace Godzilla.Presence.Watching;

/// <summary>Shows what this replica's image holds, and how often it had to be read anew.</summary>
internal sealed class PresenceMetrics
{
    public PresenceMetrics(IMeterFactory meters, PresenceImage image)
    {
        var meter = meters.Create("Godzilla.Presence");
        meter.CreateObservableGauge("godzilla.presence.online", () => image.OnlineCount, "{user}", "Users who are online.");
        meter.CreateObservableGauge("godzilla.presence.watchers", () => image.WatcherCount, "{stream}", "Open streams of changes.");
        meter.CreateObservableCounter("godzilla.presence.reads", () => image.Loads, "{read}", "Times that everything was read from Redis, as changes may have been missed.");
    }
}
