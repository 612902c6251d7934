using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;

namespace Godzilla.Accounts.Registration;

/// <summary>A document of <c>accountsdb.invitations</c>: one registration. MongoDB deletes it when it expires.</summary>
[BsonIgnoreExtraElements]
internal sealed class Invitation
{
    [BsonId]
    public ObjectId Id { get; init; }

    /// <summary>The SHA-256 of the code, in hex. Unique.</summary>
    [BsonElement("hash")]
    public required string Hash { get; init; }

    /// <summary>The operator who created it.</summary>
    [BsonElement("created_by")]
    public required string CreatedBy { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }

    [BsonElement("expires_at")]
    public required DateTime ExpiresAt { get; init; }

    /// <summary>Who registered with it.</summary>
    [BsonElement("used_by")]
    [BsonIgnoreIfNull]
    public string? UsedBy { get; init; }
}
