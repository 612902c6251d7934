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

    [BsonElement("email")]
    [BsonIgnoreIfNull]
    public string? Email { get; init; }

    /// <summary><see cref="Email"/> with small letters. Unique.</summary>
    [BsonElement("email_key")]
    [BsonIgnoreIfNull]
    public string? EmailKey { get; init; }

    /// <summary>A hash made by <see cref="Passwords.PasswordHash"/>; empty when the account is deleted.</summary>
    [BsonElement("password")]
    public required string Password { get; init; }

    /// <summary>Counts the passwords that the account has had. A hash that is only made anew does not count.</summary>
    [BsonElement("password_version")]
    [BsonIgnoreIfDefault]
    public int PasswordVersion { get; init; }

    /// <summary>A sign-in needs a new password.</summary>
    [BsonElement("password_change_required")]
    [BsonIgnoreIfDefault]
    public bool PasswordChangeRequired { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }

    /// <summary>
    /// Whether it is not known that the answer to the registration was sent: the database's answer may have been lost. A registration with
    /// the same name and password is then taken for the same one.
    /// </summary>
    [BsonElement("unconfirmed")]
    [BsonIgnoreIfDefault]
    public bool IsUnconfirmed { get; init; }

    [BsonElement("display_name")]
    [BsonIgnoreIfNull]
    public string? DisplayName { get; init; }

    /// <summary>See <see cref="Godzilla.ServiceDefaults.Identity.Roles"/>.</summary>
    [BsonElement("roles")]
    [BsonIgnoreIfNull]
    public string[]? Roles { get; init; }

    [BsonElement("disabled_at")]
    [BsonIgnoreIfNull]
    public DateTime? DisabledAt { get; init; }

    /// <summary>The document of a deleted account stays, so that its name is not given to somebody else.</summary>
    [BsonElement("deleted_at")]
    [BsonIgnoreIfNull]
    public DateTime? DeletedAt { get; init; }

    [BsonElement("pending_end")]
    [BsonIgnoreIfNull]
    public PendingEnd? PendingEnd { get; init; }
}

/// <summary>What a change to an account must still end elsewhere. It is written with the change, so that no outage loses it.</summary>
[BsonIgnoreExtraElements]
internal sealed class PendingEnd
{
    /// <summary>Tells this from a later one.</summary>
    [BsonElement("id")]
    public ObjectId Id { get; init; }

    /// <summary>The session that goes on, or an empty string. All others end.</summary>
    [BsonElement("keep")]
    public string Keep { get; init; } = "";

    /// <summary>Whether the API keys end as well.</summary>
    [BsonElement("keys")]
    [BsonIgnoreIfDefault]
    public bool Keys { get; init; }
}
