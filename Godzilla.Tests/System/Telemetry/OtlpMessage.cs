using System.Text;
using Google.Protobuf;

namespace Godzilla.Tests.System.Telemetry;

/// <summary>A message of OTLP, read by field numbers (opentelemetry-proto 1.x).</summary>
internal sealed class OtlpMessage
{
    private readonly ILookup<int, object> _fields;

    public OtlpMessage(byte[] bytes) => _fields = Read(bytes).ToLookup(field => field.Number, field => field.Value);

    public bool Has(int field) => _fields.Contains(field);

    public IEnumerable<OtlpMessage> Messages(int field) => _fields[field].Cast<byte[]>().Select(bytes => new OtlpMessage(bytes));

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

    public ulong Number(int field) => _fields[field].Cast<ulong>().LastOrDefault();

    /// <summary>The attributes in a field, as texts.</summary>
    public Dictionary<string, string> Attributes(int field) =>
        Messages(field).ToDictionary(attribute => attribute.Text(1), attribute => attribute.Messages(2).Single().Value, StringComparer.Ordinal);

    // AnyValue: text, boolean, integer, and what is none of them.
    private string Value => Has(1) ? Text(1) : Has(2) ? Number(2) == 1 ? "true" : "false" : Has(3) ? ((long)Number(3)).ToString() : "";

    private byte[] Bytes(int field) => (byte[]?)_fields[field].LastOrDefault() ?? [];

    private static IEnumerable<(int Number, object Value)> Read(byte[] bytes)
    {
        var input = new CodedInputStream(bytes);
        while (input.ReadTag() is var tag and not 0)
        {
            yield return (WireFormat.GetTagFieldNumber(tag), WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadUInt64(),
                WireFormat.WireType.Fixed64 => input.ReadFixed64(),
                WireFormat.WireType.Fixed32 => (ulong)input.ReadFixed32(),
                _ => input.ReadBytes().ToByteArray(),
            });
        }
    }
}
