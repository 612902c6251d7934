using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Godzilla.Chat.SocketIo;

/// <summary>
/// Whole WebSocket frames of the server, ready to be sent: an event is serialised and framed once, however many get it. A server's frames are
/// not masked (RFC 6455, 5.1), so all receivers can share one.
/// </summary>
internal static class Frame
{
    private const byte FinalText = 0x81;
    private const byte Length16 = 126;
    private const byte Length64 = 127;
    private const int MaxHeader = 10;

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? s_buffer;

    /// <summary>How arguments are written. Their reader is a JSON parser, not an HTML page: what is no ASCII stays as short as it is.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = Writing.Encoder,
        Converters = { new MillisecondConverter() },
    };

    /// <summary>A close frame without a code and a reason.</summary>
    public static byte[] CloseWithoutCode { get; } = [0x88, 0];

    /// <summary>Engine.IO's ping.</summary>
    public static byte[] Ping { get; } = Text("2"u8);

    /// <summary>Socket.IO's disconnect packet. Its receiver does not come back by itself.</summary>
    public static byte[] Disconnect { get; } = Text("41"u8);

    /// <summary>Engine.IO's first packet.</summary>
    public static byte[] Open(string sid, SocketIoOptions options)
    {
        var buffer = Begin("0"u8);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("sid"u8, sid);
            writer.WriteStartArray("upgrades"u8);
            writer.WriteEndArray();
            writer.WriteNumber("pingInterval"u8, (long)options.PingInterval.TotalMilliseconds);
            writer.WriteNumber("pingTimeout"u8, (long)options.PingTimeout.TotalMilliseconds);
            writer.WriteNumber("maxPayload"u8, options.MaxPayload);
            writer.WriteEndObject();
        }

        return End(buffer);
    }

    /// <summary>The client is connected to the main namespace.</summary>
    public static byte[] Connected(string sid)
    {
        var buffer = Begin("40"u8);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("sid"u8, sid);
            writer.WriteEndObject();
        }

        return End(buffer);
    }

    /// <summary>There is no other namespace.</summary>
    public static byte[] InvalidNamespace(ReadOnlySpan<byte> name)
    {
        var buffer = Begin("44"u8);
        buffer.Write(name);
        buffer.Write(""","""u8);
        buffer.Write("""{"message":"Invalid namespace"}"""u8);
        return End(buffer);
    }

    /// <param name="serverEvent">The event.</param>
    /// <param name="argument">Its one argument.</param>
    public static byte[] Event<T>(ServerEvent<T> serverEvent, T argument)
    {
        var buffer = Begin("42"u8);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(serverEvent.Encoded);
            JsonSerializer.Serialize(writer, argument, Json);
            writer.WriteEndArray();
        }

        return End(buffer);
    }

    /// <param name="id">The number that the event came with.</param>
    /// <param name="answer">Its one argument.</param>
    public static byte[] Ack<T>(long id, T answer)
    {
        var buffer = Begin("43"u8);
        Utf8Formatter.TryFormat(id, buffer.GetSpan(20), out var digits);
        buffer.Advance(digits);
        using (var writer = new Utf8JsonWriter(buffer, Writing))
        {
            writer.WriteStartArray();
            JsonSerializer.Serialize(writer, answer, Json);
            writer.WriteEndArray();
        }

        return End(buffer);
    }

    /// <summary>A frame of a text that is at hand.</summary>
    internal static byte[] Text(ReadOnlySpan<byte> text)
    {
        Span<byte> header = stackalloc byte[MaxHeader];
        header = header[..WriteHeader(header, text.Length)];
        var frame = new byte[header.Length + text.Length];
        header.CopyTo(frame);
        text.CopyTo(frame.AsSpan(header.Length));
        return frame;
    }

    private static ArrayBufferWriter<byte> Begin(ReadOnlySpan<byte> prefix)
    {
        var buffer = s_buffer ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        buffer.Write(prefix);
        return buffer;
    }

    private static byte[] End(ArrayBufferWriter<byte> buffer)
    {
        var frame = Text(buffer.WrittenSpan);
        if (buffer.Capacity > 64 * 1024)
        {
            // One page of history must not hold its memory on every thread.
            s_buffer = null;
        }

        return frame;
    }

    private static int WriteHeader(Span<byte> header, int length)
    {
        header[0] = FinalText;
        if (length < Length16)
        {
            header[1] = (byte)length;
            return 2;
        }

        if (length <= ushort.MaxValue)
        {
            header[1] = Length16;
            BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)length);
            return 4;
        }

        header[1] = Length64;
        BinaryPrimitives.WriteUInt64BigEndian(header[2..], (ulong)length);
        return MaxHeader;
    }
}
