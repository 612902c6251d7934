using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Godzilla.ServiceDefaults.Sessions;

/// <summary>
/// The secret in the <c>auth_token</c> cookie and the Redis keys of its session: Accounts writes them, the gateway reads them. The keys
/// hold the token's hash, so a leaked Redis leaks no token.
/// </summary>
public static partial class SessionToken
{
    /// <summary>The cookie's name.</summary>
    public const string Cookie = "auth_token";

    /// <summary>The Redis channel on which Accounts publishes the id of a session that has ended.</summary>
    public const string EndedChannel = "sessions:ended";

    /// <summary>A new token: 256 random bits as 64 hex digits.</summary>
    /// <returns>The token.</returns>
    public static string Create() => RandomNumberGenerator.GetHexString(64, lowercase: true);

    /// <summary>The Redis key of a token's session, whose value is a <see cref="SessionRecord"/> as JSON.</summary>
    /// <param name="token">As the client sent it.</param>
    /// <returns>The key, or <see langword="null"/> for a string that cannot be a token.</returns>
    public static string? KeyOf(string? token) =>
        token is not null && Shape().IsMatch(token)
            ? string.Concat("session:", Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token))))
            : null;

    /// <summary>The Redis key that exists as long as the session does, for services that know its id and not its token.</summary>
    /// <param name="sessionId">The id of its <see cref="SessionRecord"/>.</param>
    /// <returns>The key.</returns>
    public static string LiveKeyOf(string sessionId) => string.Concat("session-id:", sessionId);

    [GeneratedRegex(@"^[a-zA-Z0-9_-]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
