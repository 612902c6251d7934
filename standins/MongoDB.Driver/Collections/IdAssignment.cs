#nullable enable
using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using MongoDB.Bson.Serialization.Serializers;

namespace MongoDB.Driver;

/// <summary>Gives a new document its identifier before it is stored, so that the caller's object has it too.</summary>
internal static class IdAssignment
{
    internal static void Assign<TDocument>(TDocument document)
    {
        if (document is BsonDocument bson)
        {
            if (!bson.Contains("_id"))
            {
                bson.InsertAt(0, new BsonElement("_id", ObjectId.GenerateNewId()));
            }

            return;
        }

        if ((BsonSerializer.LookupSerializer<TDocument>() as IMapped)?.Map is not { IdMember: { } id } || id.Set == null)
        {
            return;
        }

        var current = id.Get(document);
        switch (id.Serializer)
        {
            case ObjectIdSerializer when current is ObjectId value && value == ObjectId.Empty:
                id.Set(document, ObjectId.GenerateNewId());
                break;
            case StringSerializer { Representation: BsonType.ObjectId } when string.IsNullOrEmpty((string?)current):
                id.Set(document, ObjectId.GenerateNewId().ToString());
                break;
            case GuidSerializer when current is Guid value && value == Guid.Empty:
                id.Set(document, Guid.NewGuid());
                break;
            case BsonValueSerializer<BsonObjectId> when current is null:
                id.Set(document, new BsonObjectId(ObjectId.GenerateNewId()));
                break;
        }
    }
}
