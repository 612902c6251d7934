using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using Aspire.Dashboard.Configuration;
using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;

namespace Aspire.Dashboard.Telemetry;

/// <summary>Values of the protocol as text and numbers.</summary>
internal static class OtlpValues
{
    private const int LongestPooled = 64;
    private const int MostPooled = 20_000;
    private const int TraceIdLength = 16;
    private const int SpanIdLength = 8;
    private const ulong NanosecondsInTick = 100;

    // Names, keys and most values come again and again: each is kept once.
    private static readonly ConcurrentDictionary<string, string> Pool = new(StringComparer.Ordinal);

    public static string Pooled(string text) => text.Length > LongestPooled ? text
        : Pool.TryGetValue(text, out var known) ? known
        : Pool.Count < MostPooled ? Pool.GetOrAdd(text, text)
        : text;

    public static KeyValuePair<string, string>[] Attributes(IEnumerable<KeyValue> attributes, TelemetryLimitOptions limits) =>
    [
        .. attributes.Take(limits.MaxAttributeCount).Select(a => new KeyValuePair<string, string>(Pooled(a.Key), Pooled(Cut(Text(a.Value), limits.MaxAttributeLength)))),
    ];

    public static string Cut(string text, int length) => text.Length <= length ? text : text[..length];

    public static string Text(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.BytesValue => Convert.ToHexStringLower(value.BytesValue.Span),
        AnyValue.ValueOneofCase.ArrayValue => $"[{string.Join(", ", value.ArrayValue.Values.Select(Text))}]",
        AnyValue.ValueOneofCase.KvlistValue => $"{{{string.Join(", ", value.KvlistValue.Values.Select(v => $"{v.Key}: {Text(v.Value)}"))}}}",
        _ => "",
    };

    /// <returns>Null for an id of the wrong length, or of zeros.</returns>
    public static string? TraceId(ByteString bytes) => bytes.Length == TraceIdLength && bytes.Span.ContainsAnyExcept((byte)0) ? Convert.ToHexStringLower(bytes.Span) : null;

    /// <returns>0 for none.</returns>
    public static ulong SpanId(ByteString bytes) => bytes.Length == SpanIdLength ? BinaryPrimitives.ReadUInt64BigEndian(bytes.Span) : 0;

    public static string SpanIdText(ulong id) => id.ToString("x16", CultureInfo.InvariantCulture);

    public static ulong ParseSpanId(string? text) => ulong.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var id) ? id : 0;

    public static DateTimeOffset Time(ulong unixNanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks((long)Math.Min(unixNanoseconds / NanosecondsInTick, (ulong)(DateTimeOffset.MaxValue - DateTimeOffset.UnixEpoch).Ticks));
}
