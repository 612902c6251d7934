using Godzilla.Chat.Messages;
using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;

namespace Godzilla.Chat.Discussions;

/// <summary>A document of <c>chatdb.discussions</c>.</summary>
[BsonIgnoreExtraElements]
internal sealed class Discussion
{
    [BsonId]
    public ObjectId Id { get; init; }

    /// <summary>The members, by the time that they have been in it: the first owns it.</summary>
    [BsonElement("users")]
    public required string[] Users { get; init; }

    [BsonElement("title")]
    [BsonIgnoreIfNull]
    public string? Title { get; init; }

    /// <summary>Whether the assistant may answer in it; its owner can keep it out.</summary>
    [BsonElement("assistant")]
    [BsonIgnoreIfNull]
    public bool? Assistant { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it was created, or the time of its newest message.</summary>
    [BsonElement("updated_at")]
    public required DateTime UpdatedAt { get; init; }

    [BsonElement("last_message")]
    [BsonIgnoreIfNull]
    public LastMessage? LastMessage { get; init; }

    /// <summary>The number of <see cref="LastMessage"/>; 0 before the first.</summary>
    [BsonElement("seq")]
    public long Seq { get; init; }

    /// <summary>The number of the newest change of a message; 0 before the first.</summary>
    [BsonElement("rev")]
    public long Rev { get; init; }
}

/// <summary>The newest message of a discussion, kept with it for the list of discussions.</summary>
[BsonIgnoreExtraElements]
internal sealed class LastMessage
{
    [BsonElement("message_id")]
    public required ObjectId MessageId { get; init; }

    [BsonElement("user_id")]
    public required string UserId { get; init; }

    [BsonElement("text")]
    public required string Text { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }

    /// <summary>The number of its newest change; none if it was never changed.</summary>
    [BsonElement("rev")]
    [BsonIgnoreIfNull]
    public long? Rev { get; init; }

    public static LastMessage Of(Message message) =>
        new() { MessageId = message.Id, UserId = message.UserId, Text = message.Text, CreatedAt = message.CreatedAt, Rev = message.Rev };
}
