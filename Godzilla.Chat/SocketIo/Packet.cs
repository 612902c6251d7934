using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Godzilla.Chat.SocketIo;

/// <summary>
/// A packet of Socket.IO's protocol 5, as <c>socket.io-parser</c> reads it. It points into the bytes that came: nothing is copied.
/// <c>&lt;type&gt;[&lt;attachments&gt;-][&lt;namespace&gt;,][&lt;id&gt;][&lt;JSON&gt;]</c>
/// </summary>
[SuppressMessage("Performance", "CA1815", Justification = "A ref struct is not compared.")]
internal readonly ref struct Packet
{
    /// <summary>How many attachments a packet may announce: the limit of <c>socket.io-parser</c>.</summary>
    public const int MaxAttachments = 10;

    // Integers up to here are exact in JavaScript, whose clients count their packets with them.
    private const long MaxId = (1L << 53) - 1;

    private readonly ReadOnlySpan<byte> _name;

    private Packet(PacketType type, int attachments, ReadOnlySpan<byte> @namespace, long? id, ReadOnlySpan<byte> name, ReadOnlySpan<byte> argument)
    {
        (Type, Attachments, Id) = (type, attachments, id);
        Namespace = @namespace;
        _name = name;
        Argument = argument;
    }

    public PacketType Type { get; }

    /// <summary>How many binary frames follow it.</summary>
    public int Attachments { get; }

    /// <summary>Such as <c>/admin</c>; <c>/</c> where the packet names none.</summary>
    public ReadOnlySpan<byte> Namespace { get; }

    public bool IsInMainNamespace => Namespace is [(byte)'/'];

    /// <summary>The number under which the sender of an event wants an acknowledgement.</summary>
    public long? Id { get; }

    /// <summary>An event's first argument, as JSON; empty if it has none.</summary>
    public ReadOnlySpan<byte> Argument { get; }

    /// <summary>Reads a packet. Nothing that a client can send makes it throw.</summary>
    /// <param name="text">The text of an Engine.IO message, without its <c>4</c>.</param>
    /// <param name="packet">The packet.</param>
    /// <returns><see langword="false"/> if it is none: the protocol has the connection closed then.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out Packet packet)
    {
        packet = default;
        if (text is not [>= (byte)'0' and <= (byte)'6', .. var rest])
        {
            return false;
        }

        var type = (PacketType)(text[0] - '0');
        var attachments = 0;
        if (type is PacketType.BinaryEvent or PacketType.BinaryAck && !TryReadAttachments(ref rest, out attachments))
        {
            return false;
        }

        var @namespace = ReadNamespace(ref rest);
        if (!TryReadId(ref rest, out var id) || !TryReadPayload(type, rest, out var name, out var argument))
        {
            return false;
        }

        packet = new Packet(type, attachments, @namespace, id, name, argument);
        return true;
    }

    /// <summary>Whether it is an event of this name.</summary>
    public bool IsEvent(ReadOnlySpan<byte> name)
    {
        if (!_name.Contains((byte)'\\'))
        {
            return _name.Length == name.Length + 2 && _name[1..^1].SequenceEqual(name);
        }

        try
        {
            var reader = new Utf8JsonReader(_name);
            return reader.Read() && reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return false;
        }
    }

    private static bool TryReadAttachments(ref ReadOnlySpan<byte> rest, out int attachments)
    {
        var isRead = Utf8Parser.TryParse(rest, out attachments, out var length)
            && rest[0] is >= (byte)'0' and <= (byte)'9'
            && attachments <= MaxAttachments
            && length < rest.Length
            && rest[length] == '-';
        if (isRead)
        {
            rest = rest[(length + 1)..];
        }

        return isRead;
    }

    private static ReadOnlySpan<byte> ReadNamespace(scoped ref ReadOnlySpan<byte> rest)
    {
        if (rest is not [(byte)'/', ..])
        {
            return "/"u8;
        }

        var comma = rest.IndexOf((byte)',');
        var @namespace = comma < 0 ? rest : rest[..comma];
        rest = comma < 0 ? [] : rest[(comma + 1)..];
        return @namespace;
    }

    private static bool TryReadId(ref ReadOnlySpan<byte> rest, out long? id)
    {
        id = null;
        var digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        digits = digits < 0 ? rest.Length : digits;
        if (digits == 0)
        {
            return true;
        }

        if (!Utf8Parser.TryParse(rest[..digits], out long value, out _) || value > MaxId)
        {
            return false;
        }

        id = value;
        rest = rest[digits..];
        return true;
    }

    private static bool TryReadPayload(PacketType type, ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> argument)
    {
        name = argument = default;
        if (payload.IsEmpty)
        {
            return type is PacketType.Connect or PacketType.Disconnect or PacketType.ConnectError;
        }

        try
        {
            // The reader refuses what is no JSON, what is nested deeper than 64 levels, and what has something behind it.
            var reader = new Utf8JsonReader(payload);
            reader.Read();
            var isValid = type switch
            {
                PacketType.Connect => reader.TokenType == JsonTokenType.StartObject,
                PacketType.ConnectError => reader.TokenType is JsonTokenType.StartObject or JsonTokenType.String,
                PacketType.Ack or PacketType.BinaryAck => reader.TokenType == JsonTokenType.StartArray,
                PacketType.Event or PacketType.BinaryEvent => TryReadEvent(ref reader, payload, out name, out argument),
                _ => false,
            };
            while (isValid && reader.Read())
            {
                // To the end.
            }

            return isValid;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryReadEvent(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> argument)
    {
        name = argument = default;
        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read()
            || !(reader.TokenType == JsonTokenType.Number || (reader.TokenType == JsonTokenType.String && !IsReserved(in reader))))
        {
            return false;
        }

        name = payload[(int)reader.TokenStartIndex..(int)reader.BytesConsumed];
        if (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            argument = payload[start..(int)reader.BytesConsumed];
        }

        return true;
    }

    // Names that stand for something else in a Socket.IO client or server.
    private static bool IsReserved(in Utf8JsonReader reader)
    {
        try
        {
            return reader.ValueTextEquals("connect"u8) || reader.ValueTextEquals("connect_error"u8)
                || reader.ValueTextEquals("disconnect"u8) || reader.ValueTextEquals("disconnecting"u8)
                || reader.ValueTextEquals("newListener"u8) || reader.ValueTextEquals("removeListener"u8);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return false;
        }
    }
}
