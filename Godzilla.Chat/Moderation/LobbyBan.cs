using MongoDB.Bson.Serialization.Attributes;

namespace Godzilla.Chat.Moderation;

/// <summary>A document of <c>chatdb.lobby_bans</c>.</summary>
[BsonIgnoreExtraElements]
internal sealed class LobbyBan
{
    [BsonId]
    public required string Username { get; init; }

    /// <summary>The operator.</summary>
    [BsonElement("by")]
    public required string By { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }
}
