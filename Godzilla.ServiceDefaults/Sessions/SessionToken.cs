using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Godzilla.ServiceDefaults.Sessions;

/// <summary>
/// The secret in the <c>auth_token</c> cookie. A session's id is the hash of its token: whoever knows the id can end the session and
/// cannot use it, so a leaked Redis leaks no session.
/// </summary>
public static partial class SessionToken
{
    /// <summary>The cookie's name.</summary>
    public const string Cookie = "auth_token";

    /// <summary>A new token: 256 random bits as 64 hex digits.</summary>
    /// <returns>The token.</returns>
    public static string Create() => RandomNumberGenerator.GetHexString(64, lowercase: true);

    /// <summary>The id of a token's session: its SHA-256 as 64 hex digits.</summary>
    /// <param name="token">As the client sent it.</param>
    /// <returns>The id, or <see langword="null"/> for a string that cannot be a token.</returns>
    public static string? IdOf(string? token) =>
        token is not null && Shape().IsMatch(token) ? Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token))) : null;

    [GeneratedRegex(@"^[a-zA-Z0-9_-]{1,128}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
