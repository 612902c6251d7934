using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;

namespace Godzilla.Accounts.Audit;

/// <summary>A document of <c>accountsdb.audit</c>: what happened to an account, and from where.</summary>
[BsonIgnoreExtraElements]
internal sealed record AuditEntry
{
    /// <summary>Made when it happened, so that entries sort by it.</summary>
    [BsonId]
    public required ObjectId Id { get; init; }

    /// <summary>Whose account.</summary>
    [BsonElement("user")]
    public required string User { get; init; }

    /// <summary>One of <see cref="AuditActions"/>.</summary>
    [BsonElement("action")]
    public required string Action { get; init; }

    [BsonElement("at")]
    public required DateTime At { get; init; }

    [BsonElement("address")]
    public required string Address { get; init; }

    [BsonElement("user_agent")]
    public required string UserAgent { get; init; }

    /// <summary>The operator who did it, unless it was the user.</summary>
    [BsonElement("by")]
    [BsonIgnoreIfNull]
    public string? By { get; init; }

    /// <summary>What it was done to, such as a session's id.</summary>
    [BsonElement("detail")]
    [BsonIgnoreIfNull]
    public string? Detail { get; init; }

    /// <summary>How often, where one entry stands for several failed sign-ins.</summary>
    [BsonElement("count")]
    [BsonIgnoreIfDefault]
    public int Count { get; init; }

    /// <summary>When MongoDB deletes it.</summary>
    [BsonElement("expires_at")]
    public DateTime ExpiresAt { get; init; }
}

/// <summary>What an entry can be about.</summary>
internal static class AuditActions
{
    public const string Registered = "registered";
    public const string SignedIn = "signed_in";
    public const string SignInFailed = "sign_in_failed";
    public const string SignedOut = "signed_out";
    public const string ProfileChanged = "profile_changed";
    public const string Exported = "exported";
    public const string Deleted = "deleted";
    public const string PasswordChanged = "password_changed";
    public const string PasswordRefused = "password_refused";
    public const string SessionEnded = "session_ended";
    public const string SessionsEnded = "sessions_ended";
    public const string KeyCreated = "key_created";
    public const string KeyDeleted = "key_deleted";
    public const string TokenReused = "token_reused";
    public const string Disabled = "disabled";
    public const string Enabled = "enabled";
    public const string PasswordChangeRequired = "password_change_required";
    public const string RoleGranted = "role_granted";
    public const string RoleRevoked = "role_revoked";
    public const string InvitationCreated = "invitation_created";
    public const string InvitationDeleted = "invitation_deleted";

    /// <summary>Whether guessing makes it happen often, so that it is capped.</summary>
    public static bool IsFailure(string action) => action is SignInFailed or PasswordRefused;
}
