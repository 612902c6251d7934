namespace Godzilla.Tests.System.Telemetry;

/// <summary>A span, as far as the tests read it.</summary>
/// <param name="Service">The resource's <c>service.name</c>.</param>
/// <param name="Scope">The name of the source that made it.</param>
/// <param name="TraceId">32 hex digits.</param>
/// <param name="Id">16 hex digits.</param>
/// <param name="ParentId">16 hex digits, or empty.</param>
/// <param name="Kind">In lower case.</param>
/// <param name="Links">The trace and span ids that it links to.</param>
internal sealed record OtlpSpan(
    string Service,
    string Scope,
    string TraceId,
    string Id,
    string ParentId,
    string Name,
    string Kind,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyList<(string TraceId, string SpanId)> Links)
{
    private static readonly string[] Kinds = ["", "internal", "server", "client", "producer", "consumer"];

    /// <summary>Reads an <c>ExportTraceServiceRequest</c>.</summary>
    public static IEnumerable<OtlpSpan> Parse(byte[] request) =>
        from resourceSpans in new OtlpMessage(request).Messages(1)
        let service = resourceSpans.Messages(1).Single().Attributes(1)["service.name"]
        from scopeSpans in resourceSpans.Messages(2)
        let scope = scopeSpans.Messages(1).Single().Text(1)
        from span in scopeSpans.Messages(2)
        select new OtlpSpan(
            service,
            scope,
            span.Hex(1),
            span.Hex(2),
            span.Hex(4),
            span.Text(5),
            Kinds[span.Number(6)],
            span.Attributes(9),
            [.. span.Messages(13).Select(link => (link.Hex(1), link.Hex(2)))]);
}
