namespace Aspire.Dashboard.Telemetry;

/// <summary>A line of a structured log.</summary>
/// <param name="Number">Counts up in the order of arrival.</param>
/// <param name="Category">What logged it.</param>
/// <param name="SpanId">0 for none.</param>
public sealed record LogEntry(
    long Number,
    DateTimeOffset Time,
    LogLevel Level,
    string Message,
    string Category,
    TelemetryResource Resource,
    string? TraceId,
    ulong SpanId,
    IReadOnlyList<KeyValuePair<string, string>> Attributes)
{
    public const string StackTrace = "exception.stacktrace";

    public string? Exception => Attributes.FirstOrDefault(a => a.Key == StackTrace).Value;
}

/// <summary>Which lines are wanted.</summary>
/// <param name="ResourceId">Of one resource, or null.</param>
/// <param name="Level">At least that serious.</param>
/// <param name="Text">A part of the message, the category or an attribute; any case.</param>
/// <param name="TraceId">Of one trace, or null.</param>
/// <param name="SpanId">Of one span, or 0.</param>
public sealed record LogFilter(string? ResourceId = null, LogLevel Level = LogLevel.Trace, string? Text = null, string? TraceId = null, ulong SpanId = 0)
{
    public bool Matches(LogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return entry.Level >= Level
            && (ResourceId is null || string.Equals(entry.Resource.Id, ResourceId, StringComparison.OrdinalIgnoreCase) || entry.Resource.Name == ResourceId)
            && (TraceId is null || entry.TraceId == TraceId)
            && (SpanId == 0 || entry.SpanId == SpanId)
            && (string.IsNullOrWhiteSpace(Text) || Has(entry.Message) || Has(entry.Category) || entry.Attributes.Any(a => Has(a.Value)));
    }

    private bool Has(string text) => text.Contains(Text!, StringComparison.OrdinalIgnoreCase);
}
