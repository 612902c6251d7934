using System.Buffers.Binary;
using System.Text;
using Mongod.Commands;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace Mongod.Wire;

/// <summary>Reads a whole message.</summary>
internal static class RequestParser
{
    internal const int OpReply = 1;
    internal const int OpQuery = 2004;
    internal const int OpMsg = 2013;

    private const int KnownRequired = (int)(MessageFlags.ChecksumPresent | MessageFlags.MoreToCome);

    /// <exception cref="WireFaultException">The connection must be closed.</exception>
    /// <exception cref="CommandException">The message is refused, with an error as its reply.</exception>
    internal static Request Parse(byte[] message) => OpCode(message) switch
    {
        OpMsg => ParseMessage(message),
        OpQuery => ParseQuery(message),
        var other => throw new WireFaultException($"the opcode {other} is not supported"),
    };

    internal static int RequestId(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadInt32LittleEndian(message[4..]);

    internal static int OpCode(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadInt32LittleEndian(message[12..]);

    /// <summary>The flags of an OP_MSG; none for another message.</summary>
    internal static MessageFlags Flags(ReadOnlySpan<byte> message) =>
        OpCode(message) == OpMsg && message.Length >= WireLimits.HeaderLength + sizeof(int)
            ? (MessageFlags)BinaryPrimitives.ReadInt32LittleEndian(message[WireLimits.HeaderLength..])
            : MessageFlags.None;

    private static Request ParseMessage(byte[] message)
    {
        if (message.Length < WireLimits.HeaderLength + sizeof(int))
        {
            throw new WireFaultException("an OP_MSG has no flags");
        }

        var flags = Flags(message);
        if (((int)flags & 0xFFFF & ~KnownRequired) != 0)
        {
            throw new WireFaultException($"an OP_MSG has unknown flags: {(int)flags:X}");
        }

        var end = message.Length;
        if ((flags & MessageFlags.ChecksumPresent) != MessageFlags.None)
        {
            end -= sizeof(int);
            if (end <= WireLimits.HeaderLength + sizeof(int))
            {
                throw new WireFaultException("an OP_MSG has a checksum and nothing else");
            }

            if (Crc32C.Compute(message.AsSpan(0, end)) != BinaryPrimitives.ReadUInt32LittleEndian(message.AsSpan(end)))
            {
                throw new WireFaultException("an OP_MSG does not match its checksum");
            }
        }

        var buffer = new ByteArrayBuffer(message, isReadOnly: true);
        var position = WireLimits.HeaderLength + sizeof(int);
        BsonDocument? body = null;
        List<(string Name, BsonArray Documents)>? sequences = null;
        while (position < end)
        {
            var kind = message[position++];
            if (kind == 0)
            {
                if (body is not null)
                {
                    throw Refused(40430, "Multiple body sections in message");
                }

                var length = BsonValidator.Validate(message.AsSpan(position, end - position));
                body = ReadBody(message, position, length);
                position += length;
            }
            else if (kind == 1)
            {
                if (sequences?.Count == 2)
                {
                    throw new WireFaultException("an OP_MSG has too many document sequences");
                }

                sequences ??= new(1);
                var (sequence, next) = ReadSequence(message, buffer, position, end);
                if (sequences.Exists(s => s.Name == sequence.Name))
                {
                    throw Refused(40431, $"Duplicate document sequence: {sequence.Name}");
                }

                sequences.Add(sequence);
                position = next;
            }
            else
            {
                throw Refused(40432, $"Unknown section kind {kind}");
            }
        }

        if (body is null)
        {
            throw Refused(40587, "OP_MSG messages must have a body");
        }

        foreach (var (name, documents) in sequences ?? [])
        {
            if (body.Contains(name))
            {
                throw Refused(40433, $"Duplicate field between body and document sequence {name}");
            }

            body.Add(name, documents);
        }

        return new Request(RequestId(message), body, IsLegacy: false, flags);
    }

    private static ((string Name, BsonArray Documents) Sequence, int Next) ReadSequence(byte[] message, ByteArrayBuffer buffer, int position, int end)
    {
        if (end - position < sizeof(int))
        {
            throw CutOff();
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(message.AsSpan(position));
        if (length < sizeof(int) + 1 || length > end - position)
        {
            throw CutOff();
        }

        var next = position + length;
        position += sizeof(int);
        var name = CString(message.AsSpan(position, next - position));
        position += Encoding.UTF8.GetByteCount(name) + 1;
        var documents = new BsonArray();
        while (position < next)
        {
            var size = BsonValidator.Validate(message.AsSpan(position, next - position));
            documents.Add(new RawBsonDocument(buffer.GetSlice(position, size)));
            position += size;
        }

        return ((name, documents), next);
    }

    private static Request ParseQuery(byte[] message)
    {
        var position = WireLimits.HeaderLength + sizeof(int);
        if (message.Length < position)
        {
            throw new WireFaultException("an OP_QUERY is cut off");
        }

        var collection = CString(message.AsSpan(position));
        position += Encoding.UTF8.GetByteCount(collection) + 1 + sizeof(int) + sizeof(int);
        if (position > message.Length)
        {
            throw new WireFaultException("an OP_QUERY is cut off");
        }

        var length = BsonValidator.Validate(message.AsSpan(position));
        var body = ReadBody(message, position, length);
        // Some drivers wrap the command to send a read preference with it.
        if (body.ElementCount > 0 && body.GetElement(0) is { Name: "$query" or "query", Value: BsonDocument wrapped })
        {
            body = wrapped;
        }

        var name = body.ElementCount > 0 ? body.GetElement(0).Name : "";
        if (!collection.EndsWith(".$cmd", StringComparison.Ordinal) || !Dispatcher.IsHandshake(name))
        {
            throw new CommandException(352, "UnsupportedOpQueryCommand", $"Unsupported OP_QUERY command: {name}. The client driver may require an upgrade.");
        }

        body["$db"] = collection[..^".$cmd".Length];
        return new Request(RequestId(message), body, IsLegacy: true, MessageFlags.None);
    }

    private static BsonDocument ReadBody(byte[] message, int position, int length)
    {
        using var stream = new MemoryStream(message, position, length, writable: false);
        using var reader = new BsonBinaryReader(stream);
        // MongoDB takes documents with a name twice; only a command's own fields must differ.
        var context = BsonDeserializationContext.CreateRoot(reader, static builder => builder.AllowDuplicateElementNames = true);
        var body = BsonDocumentSerializer.Instance.Deserialize(context);
        for (var i = 1; i < body.ElementCount; i++)
        {
            var name = body.GetElement(i).Name;
            if (body.IndexOfName(name) != i)
            {
                throw Refused(40413, $"BSON field '{body.GetElement(0).Name}.{name}' is a duplicate field");
            }
        }

        return body;
    }

    private static string CString(ReadOnlySpan<byte> bytes)
    {
        var length = bytes.IndexOf((byte)0);
        return length >= 0 && System.Text.Unicode.Utf8.IsValid(bytes[..length]) ? Encoding.UTF8.GetString(bytes[..length]) : throw CutOff();
    }

    private static CommandException CutOff() => new(15, "Overflow", "OP_MSG is cut off");

    private static CommandException Refused(int code, string message) => new(code, $"Location{code}", message);
}
