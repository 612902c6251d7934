using System.Diagnostics;

namespace Godzilla.ServiceDefaults.Telemetry;

/// <summary>Spans of work that is done once for several who wait for it.</summary>
public static class SharedWork
{
    private const string BatchSize = "godzilla.batch.size";

    /// <summary>Starts a span in the trace of the first who waits, with links to all others.</summary>
    /// <param name="source">Where the span comes from.</param>
    /// <param name="name">What is done.</param>
    /// <param name="waiting">The spans of those who wait.</param>
    /// <param name="size">How much is done at once.</param>
    /// <returns>The span, which is current; <see langword="null"/> if nobody listens or none of the traces is sampled.</returns>
    public static Activity? StartShared(this ActivitySource source, string name, IEnumerable<ActivityContext> waiting, int size)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(waiting);

        // Whose trace it was before is not whose work follows.
        Activity.Current = null;
        return source.HasListeners() && waiting.Where(context => context.IsSampled()).Distinct().ToList() is [var first, .. var others]
            ? source.StartActivity(name, ActivityKind.Internal, first, [new(BatchSize, size)], others.Select(other => new ActivityLink(other)))
            : null;
    }

    private static bool IsSampled(this ActivityContext context) => context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded);
}
