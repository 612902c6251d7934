using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;

namespace Godzilla.Chat.Discussions;

/// <summary>A document of <c>chatdb.reads</c>: how far a user has read a discussion.</summary>
[BsonIgnoreExtraElements]
internal sealed class ReadCursor
{
    [BsonElement("discussion_id")]
    public ObjectId DiscussionId { get; init; }

    [BsonElement("user_id")]
    public required string UserId { get; init; }

    /// <summary>The newest message that they have read.</summary>
    [BsonElement("seq")]
    public long Seq { get; init; }
}
