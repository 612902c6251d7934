using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using MongoDB.Bson;

namespace Godzilla.Accounts.Tokens;

/// <summary>A refresh token: a prefix, the id of its family and 256 random bits in base64url. Only its hash is stored.</summary>
internal static partial class RefreshToken
{
    private const string Prefix = "gzr_";
    private const int IdLength = 12;
    private const int SecretLength = 32;

    /// <summary>A new token of a family.</summary>
    public static string Create(ObjectId family)
    {
        Span<byte> bytes = stackalloc byte[IdLength + SecretLength];
        family.ToByteArray().CopyTo(bytes);
        RandomNumberGenerator.Fill(bytes[IdLength..]);
        return Prefix + Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads the family and the hash of what a client sent.</summary>
    /// <returns><see langword="false"/> for a string that cannot be a refresh token.</returns>
    public static bool TryRead(string? token, out ObjectId family, out string hash)
    {
        (family, hash) = (ObjectId.Empty, "");
        if (token is null || !Shape().IsMatch(token))
        {
            return false;
        }

        (family, hash) = (new ObjectId(Base64Url.DecodeFromChars(token.AsSpan(Prefix.Length))[..IdLength]), HashOf(token));
        return true;
    }

    /// <summary>The SHA-256 of a token, in hex.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token)));

    // 44 bytes are 59 characters, of which the last has two bits that are zero.
    [GeneratedRegex(@"^gzr_[a-zA-Z0-9_-]{58}[AEIMQUYcgkosw048]\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
