#nullable enable
using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using MongoDB.Bson;
using MongoDB.Bson.Storage;

namespace MongoDB.Driver.Storage;

/// <summary>
/// Documents in SQLite's binary JSON (sqlite.org/jsonb.html). Text, 32-bit integers, floats, booleans, null, arrays and documents are
/// themselves; every other type is extended JSON, an object whose first name begins with one <c>$</c>. A name of a document that begins
/// with <c>$</c> gets a second one, so that neither is taken for the other.
/// </summary>
internal static class Jsonb
{
    private const int MaxDepth = 180;
    private const byte Null = 0;
    private const byte True = 1;
    private const byte False = 2;
    private const byte Integer = 3;
    private const byte Float = 5;
    private const byte Text = 7;
    private const byte TextJson = 8;
    private const byte TextRaw = 10;
    private const byte ArrayType = 11;
    private const byte ObjectType = 12;

    // The driver's own encoding refuses lone surrogates, which would not come back.
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    internal static byte[] Encode(BsonDocument document)
    {
        var writer = new ArrayBufferWriter<byte>(512);
        WriteDocument(writer, document, 0);
        return writer.WrittenSpan.ToArray();
    }

    internal static BsonDocument Decode(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        return (BsonDocument)Read(bytes, ref at, plain: true);
    }

    private static void Write(ArrayBufferWriter<byte> writer, BsonValue value, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new BsonSerializationException($"Maximum serialization depth exceeded: documents nest deeper than {MaxDepth} levels.");
        }

        switch (value)
        {
            case BsonNull:
                WriteHeader(writer, Null, 0);
                break;
            case BsonBoolean v:
                WriteHeader(writer, v.Value ? True : False, 0);
                break;
            case BsonInt32 v:
                WriteInteger(writer, v.Value);
                break;
            case BsonString v:
                WriteText(writer, v.Value);
                break;
            case BsonDouble v when double.IsFinite(v.Value):
                WriteAscii(writer, Float, JsonText.DoubleText(v.Value));
                break;
            case BsonDocument v:
                WriteDocument(writer, v, depth);
                break;
            case BsonArray v:
                var start = Open(writer);
                foreach (var item in v)
                {
                    Write(writer, item, depth + 1);
                }

                Close(writer, start, ArrayType);
                break;
            default:
                WriteTyped(writer, value);
                break;
        }
    }

    private static void WriteDocument(ArrayBufferWriter<byte> writer, BsonDocument document, int depth)
    {
        var start = Open(writer);
        foreach (var element in document)
        {
            WriteText(writer, element.Name.StartsWith('$') ? "$" + element.Name : element.Name);
            Write(writer, element.Value, depth + 1);
        }

        Close(writer, start, ObjectType);
    }

    private static void WriteTyped(ArrayBufferWriter<byte> writer, BsonValue value)
    {
        var start = Open(writer);
        switch (value)
        {
            case BsonObjectId v:
                WriteText(writer, "$oid");
                WriteAscii(writer, Text, v.Value.ToString());
                break;
            case BsonDateTime v:
                WriteText(writer, "$date");
                WriteInteger(writer, v.MillisecondsSinceEpoch);
                break;
            case BsonInt64 v:
                WriteText(writer, "$numberLong");
                WriteInteger(writer, v.Value);
                break;
            case BsonDouble v:
                WriteText(writer, "$numberDouble");
                WriteAscii(writer, Text, JsonText.DoubleText(v.Value));
                break;
            case BsonDecimal128 v:
                WriteText(writer, "$numberDecimal");
                WriteAscii(writer, Text, v.Value.ToString());
                break;
            case BsonBinaryData v:
                WriteText(writer, "$binary");
                WriteText(writer, Convert.ToBase64String(v.Bytes));
                WriteText(writer, "$type");
                WriteInteger(writer, (int)v.SubType);
                break;
            case BsonRegularExpression v:
                WriteText(writer, "$regex");
                WriteText(writer, v.Pattern);
                WriteText(writer, "$options");
                WriteText(writer, v.Options);
                break;
            case BsonTimestamp v:
                WriteText(writer, "$timestamp");
                WriteInteger(writer, v.Value);
                break;
            case BsonMinKey:
                WriteText(writer, "$minKey");
                WriteInteger(writer, 1);
                break;
            case BsonMaxKey:
                WriteText(writer, "$maxKey");
                WriteInteger(writer, 1);
                break;
            default:
                throw new NotSupportedException($"Storing values of type {value.BsonType} is not supported.");
        }

        Close(writer, start, ObjectType);
    }

    // A container's size is known at its end, so its header always takes five bytes, which the format allows.
    private static int Open(ArrayBufferWriter<byte> writer)
    {
        var start = writer.WrittenCount;
        writer.GetSpan(5)[..5].Clear();
        writer.Advance(5);
        return start;
    }

    private static void Close(ArrayBufferWriter<byte> writer, int start, byte type)
    {
        var header = MemoryOf(writer).Span[start..];
        header[0] = (byte)(0xe0 | type);
        BinaryPrimitives.WriteInt32BigEndian(header[1..], writer.WrittenCount - start - 5);
    }

    private static Memory<byte> MemoryOf(ArrayBufferWriter<byte> writer) =>
        System.Runtime.InteropServices.MemoryMarshal.AsMemory(writer.WrittenMemory);

    private static void WriteHeader(ArrayBufferWriter<byte> writer, byte type, int size)
    {
        var span = writer.GetSpan(5);
        switch (size)
        {
            case <= 11:
                span[0] = (byte)((size << 4) | type);
                writer.Advance(1);
                break;
            case <= byte.MaxValue:
                span[0] = (byte)(0xc0 | type);
                span[1] = (byte)size;
                writer.Advance(2);
                break;
            case <= ushort.MaxValue:
                span[0] = (byte)(0xd0 | type);
                BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)size);
                writer.Advance(3);
                break;
            default:
                span[0] = (byte)(0xe0 | type);
                BinaryPrimitives.WriteInt32BigEndian(span[1..], size);
                writer.Advance(5);
                break;
        }
    }

    private static void WriteInteger(ArrayBufferWriter<byte> writer, long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out var size);
        WriteHeader(writer, Integer, size);
        writer.Write(digits[..size]);
    }

    private static void WriteAscii(ArrayBufferWriter<byte> writer, byte type, string text)
    {
        WriteHeader(writer, type, text.Length);
        Encoding.ASCII.GetBytes(text, writer.GetSpan(text.Length));
        writer.Advance(text.Length);
    }

    private static void WriteText(ArrayBufferWriter<byte> writer, string text)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Utf8.GetMaxByteCount(text.Length));
        try
        {
            var size = Utf8.GetBytes(text, bytes);
            WriteHeader(writer, bytes.AsSpan(0, size).ContainsAny(Escaped) ? TextRaw : Text, size);
            writer.Write(bytes.AsSpan(0, size));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static BsonValue Read(ReadOnlySpan<byte> bytes, ref int at, bool plain = false)
    {
        var (type, size) = ReadHeader(bytes, ref at);
        var payload = bytes.Slice(at, size);
        at += size;
        switch (type)
        {
            case Null:
                return BsonNull.Value;
            case True:
                return BsonBoolean.True;
            case False:
                return BsonBoolean.False;
            case Integer:
                var integer = Number(payload);
                return integer is >= int.MinValue and <= int.MaxValue ? new BsonInt32((int)integer) : new BsonInt64(integer);
            case Float:
                return new BsonDouble(double.Parse(payload, NumberStyles.Float, CultureInfo.InvariantCulture));
            case Text or TextRaw:
                return new BsonString(Utf8.GetString(payload));
            case TextJson:
                return JsonText.ReadValue($"\"{Utf8.GetString(payload)}\"");
            case ArrayType:
                var array = new BsonArray();
                for (var inner = 0; inner < payload.Length;)
                {
                    array.Add(Read(payload, ref inner));
                }

                return array;
            case ObjectType:
                return ReadObject(payload, plain);
            default:
                throw new FormatException($"A stored document holds JSONB type {type}, which this store does not write.");
        }
    }

    private static BsonValue ReadObject(ReadOnlySpan<byte> payload, bool plain)
    {
        var document = new BsonDocument();
        for (var at = 0; at < payload.Length;)
        {
            var (type, size) = ReadHeader(payload, ref at);
            var name = payload.Slice(at, size);
            at += size;
            if (type is not (Text or TextRaw))
            {
                throw new FormatException($"A stored document has a name of JSONB type {type}, which this store does not write.");
            }

            if (name.Length > 0 && name[0] == '$')
            {
                if (!plain && document.ElementCount == 0 && (name.Length == 1 || name[1] != '$'))
                {
                    return ReadTyped(name, payload[at..]);
                }

                name = name[1..];
            }

            document.Append(new BsonElement(Utf8.GetString(name), Read(payload, ref at)));
        }

        return document;
    }

    private static BsonValue ReadTyped(ReadOnlySpan<byte> name, ReadOnlySpan<byte> rest)
    {
        var at = 0;
        var (_, size) = ReadHeader(rest, ref at);
        var value = rest.Slice(at, size);
        at += size;
        switch (name)
        {
            case var _ when name.SequenceEqual("$oid"u8):
                Span<byte> id = stackalloc byte[12];
                Convert.FromHexString(value, id, out _, out _);
                return new BsonObjectId(ObjectId.FromSpan(id));
            case var _ when name.SequenceEqual("$date"u8):
                return new BsonDateTime(Number(value));
            case var _ when name.SequenceEqual("$numberLong"u8):
                return new BsonInt64(Number(value));
            case var _ when name.SequenceEqual("$numberDouble"u8):
                return new BsonDouble(double.Parse(value, CultureInfo.InvariantCulture));
            case var _ when name.SequenceEqual("$numberDecimal"u8):
                return new BsonDecimal128(decimal.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture));
            case var _ when name.SequenceEqual("$binary"u8):
                return new BsonBinaryData(
                    Convert.FromBase64String(Utf8.GetString(value)), (BsonBinarySubType)Second(rest, at).ToInt32());
            case var _ when name.SequenceEqual("$regex"u8):
                return new BsonRegularExpression(Utf8.GetString(value), Second(rest, at).AsString);
            case var _ when name.SequenceEqual("$timestamp"u8):
                return new BsonTimestamp(Number(value));
            case var _ when name.SequenceEqual("$minKey"u8):
                return BsonMinKey.Value;
            case var _ when name.SequenceEqual("$maxKey"u8):
                return BsonMaxKey.Value;
            default:
                throw new FormatException($"A stored document holds the type '{Utf8.GetString(name)}', which this store does not write.");
        }
    }

    private static BsonValue Second(ReadOnlySpan<byte> rest, int at)
    {
        _ = Read(rest, ref at);
        return Read(rest, ref at);
    }

    private static long Number(ReadOnlySpan<byte> digits) => long.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static (int Type, int Size) ReadHeader(ReadOnlySpan<byte> bytes, ref int at)
    {
        var first = bytes[at++];
        var type = first & 0xf;
        var size = first >> 4;
        switch (size)
        {
            case 12:
                return (type, bytes[at++]);
            case 13:
                at += 2;
                return (type, BinaryPrimitives.ReadUInt16BigEndian(bytes[(at - 2)..]));
            case 14:
                at += 4;
                return (type, BinaryPrimitives.ReadInt32BigEndian(bytes[(at - 4)..]));
            case 15:
                throw new FormatException("A stored document is larger than 4 GiB.");
            default:
                return (type, size);
        }
    }
}
