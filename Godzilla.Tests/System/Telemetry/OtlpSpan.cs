using Google.Protobuf;

namespace Godzilla.Tests.System.Telemetry;

/// <summary>A span, as far as the tests read it.</summary>
/// <param name="Service">The resource's <c>service.name</c>.</param>
/// <param name="Scope">The name of the source that made it.</param>
/// <param name="TraceId">32 hex digits.</param>
/// <param name="Id">16 hex digits.</param>
/// <param name="ParentId">16 hex digits, or empty.</param>
internal sealed record OtlpSpan(string Service, string Scope, string TraceId, string Id, string ParentId, string Name)
{
    /// <summary>Reads an <c>ExportTraceServiceRequest</c>; field numbers of opentelemetry-proto 1.x.</summary>
    public static IEnumerable<OtlpSpan> Parse(byte[] request) =>
        from resourceSpans in Messages(request, 1)
        let service = ServiceOf(Messages(resourceSpans, 1).Single())
        from scopeSpans in Messages(resourceSpans, 2)
        let scope = Text(Messages(scopeSpans, 1).Single(), 1)
        from span in Messages(scopeSpans, 2)
        select new OtlpSpan(service, scope, Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5));

    private static string ServiceOf(byte[] resource) =>
        Messages(resource, 1).Where(attribute => Text(attribute, 1) == "service.name").Select(attribute => Text(Messages(attribute, 2).Single(), 1)).Single();

    private static string Text(byte[] message, int field) => global::System.Text.Encoding.UTF8.GetString(Messages(message, field).SingleOrDefault() ?? []);

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Messages(message, field).SingleOrDefault() ?? []);

    // The values of a field that are length-delimited: messages, strings and bytes.
    private static List<byte[]> Messages(byte[] message, int field)
    {
        var found = new List<byte[]>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                found.Add(input.ReadBytes().ToByteArray());
            }
            else
            {
                input.SkipLastField();
            }
        }

        return found;
    }
}
