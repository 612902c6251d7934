using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;

namespace Godzilla.Accounts.Users;

/// <summary>A document of <c>accountsdb.users</c>.</summary>
[BsonIgnoreExtraElements]
internal sealed class User
{
    [BsonId]
    public ObjectId Id { get; init; }

    /// <summary>Unique.</summary>
    [BsonElement("username")]
    public required string Username { get; init; }

    /// <summary>A hash made by <see cref="Passwords.PasswordHash"/>.</summary>
    [BsonElement("password")]
    public required string Password { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }
}
