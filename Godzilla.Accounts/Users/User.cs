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

    /// <summary>
    /// <see cref="Godzilla.ServiceDefaults.Identity.UsernameRule.KeyOf"/>, unique. Of names that differ in case only, which an older rule
    /// allowed, the oldest account has it and the others have none.
    /// </summary>
    [BsonElement("username_key")]
    [BsonIgnoreIfNull]
    public string? UsernameKey { get; init; }

    /// <summary>A hash made by <see cref="Passwords.PasswordHash"/>.</summary>
    [BsonElement("password")]
    public required string Password { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }

    /// <summary>
    /// Whether it is not known that the answer to the registration was sent: the database's answer may have been lost. A registration with
    /// the same name and password is then taken for the same one.
    /// </summary>
    [BsonElement("unconfirmed")]
    [BsonIgnoreIfDefault]
    public bool IsUnconfirmed { get; init; }
}
