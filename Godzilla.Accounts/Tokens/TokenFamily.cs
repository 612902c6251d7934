using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;

namespace Godzilla.Accounts.Tokens;

/// <summary>A document of <c>accountsdb.token_families</c>: the sign-in of a program, with all tokens that come of it.</summary>
[BsonIgnoreExtraElements]
internal sealed class TokenFamily
{
    /// <summary>The claim <c>sid</c> of its access tokens, and what is published on <c>sessions:ended</c> when it ends.</summary>
    [BsonId]
    public ObjectId Id { get; init; }

    [BsonElement("user")]
    public required string User { get; init; }

    /// <summary>The SHA-256 of the refresh token that is good now.</summary>
    [BsonElement("current")]
    public required string Current { get; init; }

    /// <summary>Those of the tokens that were used: whoever sends one of them has a copy.</summary>
    [BsonElement("spent")]
    public string[] Spent { get; init; } = [];

    [BsonElement("scopes")]
    public required string[] Scopes { get; init; }

    /// <summary>That of the account at the sign-in. With another password the family is over.</summary>
    [BsonElement("password_version")]
    public int PasswordVersion { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }

    /// <summary>When a token was issued last.</summary>
    [BsonElement("used_at")]
    public required DateTime UsedAt { get; init; }

    /// <summary>When the refresh token ends. MongoDB deletes the document then.</summary>
    [BsonElement("expires_at")]
    public required DateTime ExpiresAt { get; init; }

    [BsonElement("address")]
    public string Address { get; init; } = "";

    [BsonElement("user_agent")]
    public string UserAgent { get; init; } = "";

    /// <summary>Set when it ends. It is deleted once that was published.</summary>
    [BsonElement("ended_at")]
    [BsonIgnoreIfNull]
    public DateTime? EndedAt { get; init; }
}
