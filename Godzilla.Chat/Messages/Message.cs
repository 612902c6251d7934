using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;

namespace Godzilla.Chat.Messages;

/// <summary>A document of <c>chatdb.messages</c>.</summary>
[BsonIgnoreExtraElements]
internal sealed class Message
{
    [BsonId]
    public ObjectId Id { get; init; }

    [BsonElement("discussion_id")]
    public required ObjectId DiscussionId { get; init; }

    /// <summary>1, 2, 3… in the discussion, without gaps.</summary>
    [BsonElement("seq")]
    public required long Seq { get; init; }

    /// <summary>The sender's username.</summary>
    [BsonElement("user_id")]
    public required string UserId { get; init; }

    [BsonElement("text")]
    public required string Text { get; init; }

    /// <summary>The sender's own id for the message, by which a retry is recognised; unique per sender and discussion.</summary>
    [BsonElement("client_id")]
    [BsonIgnoreIfNull]
    public string? ClientId { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }

    /// <summary>1, 2, 3… for the changes of a discussion's messages: that of this one's newest; none if it was never changed.</summary>
    [BsonElement("rev")]
    [BsonIgnoreIfNull]
    public long? Rev { get; init; }

    [BsonElement("edited_at")]
    [BsonIgnoreIfNull]
    public DateTime? EditedAt { get; init; }

    /// <summary>What is left of a message that its author deleted: all but its text.</summary>
    [BsonElement("deleted")]
    [BsonIgnoreIfDefault]
    public bool Deleted { get; init; }
}
