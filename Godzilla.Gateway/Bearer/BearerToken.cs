using System.Security.Cryptography;
using System.Text;
using Godzilla.ServiceDefaults.ApiKeys;

namespace Godzilla.Gateway.Bearer;

/// <summary>Reads <c>Authorization: Bearer</c> (RFC 6750, section 2.1). A token in the query or in a body is not looked at.</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    // What an access token of ours comes to several times over.
    private const int MaxLength = 8192;

    /// <summary>Whether a request has an <c>Authorization</c> header.</summary>
    public static bool IsIn(HttpRequest request) => request.Headers.Authorization.Count > 0;

    /// <returns>The token; empty if there is none, or the header comes twice or is of another scheme.</returns>
    public static ReadOnlySpan<char> Find(HttpRequest request)
    {
        var values = request.Headers.Authorization;
        return values.Count == 1 && values[0] is { Length: <= MaxLength } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? value.AsSpan(Scheme.Length).Trim(' ')
            : [];
    }

    /// <summary>Whether it looks like an API key; anything else can only be an access token.</summary>
    public static bool IsKey(ReadOnlySpan<char> token) => token.StartsWith(ApiKeyToken.Prefix, StringComparison.Ordinal);

    /// <summary>A name for a token that tells nothing about it.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
