using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>
/// The secret in the <c>auth_token</c> cookie, and where Redis keeps what it stands for: Accounts writes there, the gateway reads. The
/// key holds the token's hash, so whoever reads Redis still has no token.
/// </summary>
public static partial class SessionToken
{
    /// <summary>The cookie's name.</summary>
    public const string Cookie = "auth_token";

    /// <summary>The Redis channel on which the id of a session is published the moment that it ends.</summary>
    public const string EndedChannel = "sessions:ended";

    /// <summary>A new token: 256 random bits as 64 hex digits.</summary>
    /// <returns>The token.</returns>
    public static string Create() => RandomNumberGenerator.GetHexString(64, lowercase: true);

    /// <summary>The Redis key of a token's session, whose value is a <see cref="SessionRecord"/> as JSON.</summary>
    /// <param name="token">As the client sent it.</param>
    /// <returns>The key, or <see langword="null"/> for what cannot be a token and so is never looked up.</returns>
    public static string? KeyOf(string? token) =>
        token is not null && Shape().IsMatch(token)
            ? string.Concat("session:", Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token))))
            : null;

    /// <summary>The Redis key that is there as long as a session is, for whoever knows its id and not its token.</summary>
    /// <param name="sessionId">The id of its <see cref="SessionRecord"/>.</param>
    /// <returns>The key.</returns>
    public static string LiveKeyOf(string sessionId) => string.Concat("session-id:", sessionId);

    [GeneratedRegex(@"^[a-zA-Z0-9_-]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
