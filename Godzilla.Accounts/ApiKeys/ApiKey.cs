using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;

namespace Godzilla.Accounts.ApiKeys;

/// <summary>A document of <c>accountsdb.api_keys</c>.</summary>
[BsonIgnoreExtraElements]
internal sealed class ApiKey
{
    [BsonId]
    public ObjectId Id { get; init; }

    [BsonElement("user")]
    public required string User { get; init; }

    /// <summary>See <see cref="ServiceDefaults.ApiKeys.ApiKeyToken.IdOf"/>. Unique.</summary>
    [BsonElement("hash")]
    public required string Hash { get; init; }

    /// <summary>How the key begins, so that its user knows it again.</summary>
    [BsonElement("prefix")]
    public required string Prefix { get; init; }

    [BsonElement("name")]
    public required string Name { get; init; }

    [BsonElement("scopes")]
    public required string[] Scopes { get; init; }

    /// <summary>The ids of the models that it may use; none: all.</summary>
    [BsonElement("models")]
    public string[] Models { get; init; } = [];

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }

    [BsonElement("expires_at")]
    [BsonIgnoreIfNull]
    public DateTime? ExpiresAt { get; init; }

    /// <summary>To the minute.</summary>
    [BsonElement("last_used_at")]
    [BsonIgnoreIfNull]
    public DateTime? LastUsedAt { get; init; }

    /// <summary>Set when it ends. It is deleted once that was published.</summary>
    [BsonElement("ended_at")]
    [BsonIgnoreIfNull]
    public DateTime? EndedAt { get; init; }
}
