namespace Aspire.Dashboard.Telemetry;

/// <summary>A span's line in a waterfall.</summary>
/// <param name="Depth">How many spans are above it.</param>
/// <param name="HasChildren">Whether spans are below it.</param>
/// <param name="Offset">Where it begins, as a share of the trace's duration.</param>
/// <param name="Length">How long it takes, as a share of the trace's duration.</param>
/// <param name="Peer">Whom it calls that has no spans in this trace.</param>
public sealed record WaterfallLine(SpanModel Span, int Depth, bool HasChildren, double Offset, double Length, string? Peer);

/// <summary>The spans of a trace as a tree, from top to bottom.</summary>
public static class Waterfall
{
    /// <param name="trace">The trace.</param>
    /// <param name="isCollapsed">Whether the spans below one are left out.</param>
    public static IReadOnlyList<WaterfallLine> Layout(TraceModel trace, Func<ulong, bool> isCollapsed)
    {
        ArgumentNullException.ThrowIfNull(trace);
        var ids = trace.Spans.Select(s => s.Id).ToHashSet();
        var children = trace.Spans.Where(s => ids.Contains(s.ParentId)).ToLookup(s => s.ParentId);
        var lines = new List<WaterfallLine>();

        // Depth first, and without recursion: a trace may be as deep as it has spans. Those whose parent has not come stand at the top.
        var waiting = new Stack<(SpanModel Span, int Depth)>(trace.Spans.Where(s => !ids.Contains(s.ParentId)).Reverse().Select(s => (s, 0)));
        var seen = new HashSet<ulong>();
        while (waiting.TryPop(out var next))
        {
            var (span, depth) = next;
            if (!seen.Add(span.Id))
            {
                continue;
            }

            var below = children[span.Id].ToArray();
            lines.Add(new WaterfallLine(
                span, depth, below.Length > 0, Share(span.Start - trace.Start), Share(span.Duration), Array.Exists(below, s => s.Resource != span.Resource) ? null : span.Peer));
            if (!isCollapsed(span.Id))
            {
                foreach (var child in below.Reverse())
                {
                    waiting.Push((child, depth + 1));
                }
            }
        }

        return lines;

        double Share(TimeSpan time) => trace.Duration > TimeSpan.Zero ? Math.Clamp(time / trace.Duration, 0, 1) : 0;
    }
}
