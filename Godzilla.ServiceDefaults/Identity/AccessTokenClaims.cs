namespace Godzilla.ServiceDefaults.Identity;

/// <summary>The claims of an access token that are ours, beside <c>iss</c>, <c>aud</c>, <c>sub</c>, <c>iat</c>, <c>exp</c> and <c>jti</c>.</summary>
public static class AccessTokenClaims
{
    /// <summary>Where the public keys are, as a JSON Web Key Set (RFC 7517).</summary>
    public const string KeySetPath = "/.well-known/jwks.json";

    /// <summary>The username, as <c>sub</c> has it.</summary>
    public const string Username = "username";

    /// <summary>The id of the token's family. It is published on <see cref="Sessions.SessionKeys.Ended"/> when the family ends.</summary>
    public const string Family = "sid";

    /// <summary>What the token may be used for, separated by spaces.</summary>
    public const string Scope = "scope";

    /// <summary>What kind of token it is.</summary>
    public const string Type = "type";

    /// <summary>The value of <see cref="Type"/>.</summary>
    public const string AccessType = "access";
}
