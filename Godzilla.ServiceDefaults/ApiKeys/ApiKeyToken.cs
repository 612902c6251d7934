using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Godzilla.ServiceDefaults.ApiKeys;

/// <summary>
/// The secret of an API key. As with a session, the id under which it is looked up is its hash: whoever knows the id cannot use the key.
/// The id of a key that ends is published like a session's, on <see cref="Sessions.SessionKeys.Ended"/>.
/// </summary>
public static partial class ApiKeyToken
{
    /// <summary>How every key begins.</summary>
    public const string Prefix = "gz_";

    private const int Length = 32;

    /// <summary>A new key: the prefix and 256 random bits in base64url.</summary>
    /// <returns>46 characters.</returns>
    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Length));

    /// <summary>The id of a key: its SHA-256 as 64 hex digits.</summary>
    /// <param name="key">As the client sent it.</param>
    /// <returns>The id, or <see langword="null"/> for a string that cannot be a key.</returns>
    public static string? IdOf(string? key) =>
        key is not null && Shape().IsMatch(key) ? Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key))) : null;

    [GeneratedRegex(@"^gz_[a-zA-Z0-9_-]{43}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
