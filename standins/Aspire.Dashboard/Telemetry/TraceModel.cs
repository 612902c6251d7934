namespace Aspire.Dashboard.Telemetry;

/// <summary>What is known of a trace so far.</summary>
/// <param name="Root">Where it began: the span without a parent, or until that comes the earliest.</param>
/// <param name="Spans">By start.</param>
/// <param name="DroppedSpans">How many were too many.</param>
public sealed record TraceModel(string Id, SpanModel Root, IReadOnlyList<SpanModel> Spans, DateTimeOffset Start, TimeSpan Duration, bool IsError, int DroppedSpans)
{
    /// <summary>How many spans each service has, those that began first before others.</summary>
    public IReadOnlyList<(TelemetryResource Resource, int Count, bool IsError)> Resources { get; } =
        [.. Spans.GroupBy(s => s.Resource).Select(g => (g.Key, g.Count(), g.Any(s => s.IsError)))];

    public static TraceModel From(string id, IEnumerable<SpanModel> spans, int dropped)
    {
        SpanModel[] ordered = [.. spans.OrderBy(s => s.Start).ThenByDescending(s => s.Duration)];
        var root = Array.Find(ordered, s => s.ParentId == 0) ?? ordered[0];
        var start = ordered[0].Start;
        return new TraceModel(id, root, ordered, start, ordered.Max(s => s.End) - start, Array.Exists(ordered, s => s.IsError), dropped);
    }
}

/// <summary>Which traces are wanted.</summary>
/// <param name="ResourceId">Those in which a resource has a part, or null.</param>
/// <param name="Text">A part of a span's name, of an attribute's value or the id; any case.</param>
public sealed record TraceFilter(string? ResourceId = null, string? Text = null, bool ErrorsOnly = false)
{
    public bool Matches(TraceModel trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        return (!ErrorsOnly || trace.IsError)
            && (ResourceId is null || trace.Resources.Any(r => string.Equals(r.Resource.Id, ResourceId, StringComparison.OrdinalIgnoreCase) || r.Resource.Name == ResourceId))
            && (string.IsNullOrWhiteSpace(Text) || Has(trace.Id) || trace.Spans.Any(s => Has(s.Name) || s.Attributes.Any(a => Has(a.Value))));
    }

    private bool Has(string text) => text.Contains(Text!, StringComparison.OrdinalIgnoreCase);
}
