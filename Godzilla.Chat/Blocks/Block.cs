using Godzilla.Chat.Discussions;
using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;

namespace Godzilla.Chat.Blocks;

/// <summary>A document of <c>chatdb.blocks</c>: of whom, or where, a user wants no invitations.</summary>
[BsonIgnoreExtraElements]
internal sealed class Block
{
    [BsonId]
    public ObjectId Id { get; init; }

    /// <summary>Who does not want them.</summary>
    [BsonElement("user_id")]
    public required string UserId { get; init; }

    /// <summary>As <see cref="OfUser"/> or <see cref="OfDiscussion"/> makes it.</summary>
    [BsonElement("target")]
    public required string Target { get; init; }

    public static string OfUser(string username) => UserPrefix + username;

    public static string OfDiscussion(DiscussionId id) => DiscussionPrefix + id;

    internal const string UserPrefix = "user:";
    internal const string DiscussionPrefix = "discussion:";
}
