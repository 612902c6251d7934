using System.Buffers.Binary;
using System.Text.Unicode;
using Mongod.Commands;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace Mongod.Engine.Values;

/// <summary>Documents as rows hold them: plain BSON, checked before it is stored so that reading can trust it.</summary>
internal static class Stored
{
    internal const int MostBytes = 16 * 1024 * 1024;

    /// <summary>How deep documents and arrays may nest, as MongoDB's shell documents it.</summary>
    internal const int MostDepth = 100;

    /// <summary>A view of stored bytes that decodes only what is asked for.</summary>
    internal static RawBsonDocument View(byte[] bytes) => new(bytes);

    /// <summary>The bytes of a document, checked.</summary>
    internal static byte[] Encode(BsonDocument document)
    {
        byte[] bytes;
        if (document is RawBsonDocument { Slice: var slice })
        {
            bytes = new byte[slice.Length];
            slice.GetBytes(0, bytes, 0, bytes.Length);
        }
        else
        {
            CheckDepth(document, 1);
            bytes = document.ToBson();
        }

        if (bytes.Length > MostBytes)
        {
            throw new CommandException(10334, "BSONObjectTooLarge", $"BSONObj size: {bytes.Length} is invalid. Size must be between 0 and {MostBytes}");
        }

        Check(bytes, 1);
        return bytes;
    }

    /// <summary>A copy that can be changed, all of it.</summary>
    internal static BsonDocument Copy(BsonDocument document)
    {
        using var stream = new MemoryStream(Encode(document));
        using var reader = new BsonBinaryReader(stream);
        return BsonDocumentSerializer.Instance.Deserialize(
            BsonDeserializationContext.CreateRoot(reader, builder => builder.AllowDuplicateElementNames = true));
    }

    private static void CheckDepth(BsonValue value, int depth)
    {
        if (value is RawBsonDocument or RawBsonArray)
        {
            return; // Its bytes are checked.
        }

        if (depth > MostDepth)
        {
            throw TooDeep();
        }

        foreach (var inner in value is BsonDocument document ? document.Values : (BsonArray)value)
        {
            if (inner is BsonDocument or BsonArray)
            {
                CheckDepth(inner, depth + 1);
            }
        }
    }

    private static void Check(ReadOnlySpan<byte> bytes, int depth)
    {
        if (depth > MostDepth)
        {
            throw TooDeep();
        }

        if (bytes.Length < 5 || BinaryPrimitives.ReadInt32LittleEndian(bytes) != bytes.Length || bytes[^1] != 0)
        {
            throw Invalid();
        }

        var at = 4;
        while (at < bytes.Length - 1)
        {
            var type = bytes[at];
            var name = bytes[(at + 1)..].IndexOf((byte)0);
            if (name < 0 || !Utf8.IsValid(bytes.Slice(at + 1, name)))
            {
                throw Invalid();
            }

            at += name + 2;
            var size = Size(type, bytes[at..]);
            if (size < 0 || size > bytes.Length - 1 - at)
            {
                throw Invalid();
            }

            var value = bytes.Slice(at, size);
            switch ((BsonType)type)
            {
                case BsonType.Document or BsonType.Array:
                    Check(value, depth + 1);
                    break;
                case BsonType.String or BsonType.Symbol or BsonType.JavaScript when value[^1] != 0 || !Utf8.IsValid(value[4..^1]):
                    throw Invalid();
                case BsonType.JavaScriptWithScope:
                    var code = BinaryPrimitives.ReadInt32LittleEndian(value[4..]);
                    if (code < 1 || code > size - 13)
                    {
                        throw Invalid();
                    }

                    Check(value[(8 + code)..], depth + 1);
                    break;
                case BsonType.Boolean when value[0] > 1:
                    throw Invalid();
                case BsonType.RegularExpression when !Utf8.IsValid(value):
                    throw Invalid();
            }

            at += size;
        }

        if (at != bytes.Length - 1)
        {
            throw Invalid();
        }
    }

    /// <summary>How many bytes a value takes, or -1.</summary>
    private static int Size(byte type, ReadOnlySpan<byte> rest)
    {
        switch ((BsonType)type)
        {
            case BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64:
                return 8;
            case BsonType.Int32:
                return 4;
            case BsonType.Boolean:
                return 1;
            case BsonType.ObjectId:
                return 12;
            case BsonType.Decimal128:
                return 16;
            case BsonType.Null or BsonType.Undefined or BsonType.MinKey or BsonType.MaxKey:
                return 0;
            case BsonType.String or BsonType.Symbol or BsonType.JavaScript:
                return Prefixed(rest, 4, 5);
            case BsonType.Document or BsonType.Array:
                return Prefixed(rest, 0, 5);
            case BsonType.JavaScriptWithScope:
                return Prefixed(rest, 0, 14);
            case BsonType.Binary:
                return Prefixed(rest, 5, 5);
            case BsonType.RegularExpression:
                var pattern = rest.IndexOf((byte)0);
                var options = pattern < 0 ? -1 : rest[(pattern + 1)..].IndexOf((byte)0);
                return options < 0 ? -1 : pattern + options + 2;
            default:
                return -1;
        }
    }

    private static int Prefixed(ReadOnlySpan<byte> rest, int more, int least)
    {
        if (rest.Length < 4)
        {
            return -1;
        }

        var size = BinaryPrimitives.ReadInt32LittleEndian(rest);
        return size >= 0 && size <= rest.Length - more && size + more >= least ? size + more : -1;
    }

    private static CommandException TooDeep() =>
        new(15, "Overflow", $"Cannot store a document that is nested deeper than {MostDepth} levels");

    private static CommandException Invalid() => new(22, "InvalidBSON", "The document is not valid BSON");
}
