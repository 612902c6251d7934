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
}
