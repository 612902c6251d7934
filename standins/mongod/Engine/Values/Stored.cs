using Mongod.Commands;
using Mongod.Wire;
using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace Mongod.Engine.Values;

/// <summary>Documents as rows hold them: plain BSON, checked before it is stored so that reading can trust it.</summary>
internal static class Stored
{
    internal const int MostBytes = WireLimits.MaxDocumentLength;

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

        BsonValidator.Validate(bytes, MostDepth);
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
            throw new CommandException(15, "Overflow", $"A document cannot be nested deeper than {MostDepth} levels");
        }

        foreach (var inner in value is BsonDocument document ? document.Values : (BsonArray)value)
        {
            if (inner is BsonDocument or BsonArray)
            {
                CheckDepth(inner, depth + 1);
            }
        }
    }
}
