using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Components;

/// <summary>The addresses of pages.</summary>
internal static class Links
{
    public static string ConsoleLogs(string resourceId) => $"/consolelogs/resource/{Uri.EscapeDataString(resourceId)}";

    public static string StructuredLogs(string? resourceId, string? traceId = null, ulong spanId = 0)
    {
        var path = resourceId is null ? "/structuredlogs" : $"/structuredlogs/resource/{Uri.EscapeDataString(resourceId)}";
        return traceId is null ? path : spanId == 0 ? $"{path}?traceId={traceId}" : $"{path}?traceId={traceId}&spanId={OtlpValues.SpanIdText(spanId)}";
    }

    public static string Traces(string? resourceId) => resourceId is null ? "/traces" : $"/traces/resource/{Uri.EscapeDataString(resourceId)}";

    public static string Trace(string traceId, ulong spanId = 0) => spanId == 0 ? $"/traces/detail/{traceId}" : $"/traces/detail/{traceId}?spanId={OtlpValues.SpanIdText(spanId)}";

    public static string Metrics(string? resourceId, string? meter = null, string? instrument = null)
    {
        var path = resourceId is null ? "/metrics" : $"/metrics/resource/{Uri.EscapeDataString(resourceId)}";
        return meter is null ? path : $"{path}?meter={Uri.EscapeDataString(meter)}&instrument={Uri.EscapeDataString(instrument!)}";
    }
}
