using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>Signs a caller's identity and checks such a signature, so that services need not trust the network.</summary>
public sealed class IdentitySigner(IOptions<IdentityOptions> options, TimeProvider time)
{
    private readonly byte[] _key = Encoding.UTF8.GetBytes(options.Value.Key);
    private readonly TimeSpan _lifetime = options.Value.Lifetime;

    /// <summary>Adds a signed identity to a request, valid for this method and path for <see cref="IdentityOptions.Lifetime"/>.</summary>
    /// <param name="headers">The outgoing request's headers, which have no identity yet.</param>
    /// <param name="issuer">The service that signs.</param>
    /// <param name="user">The user, or empty.</param>
    /// <param name="session">The session's id, or empty.</param>
    /// <param name="method">The HTTP method, in capitals.</param>
    /// <param name="path">The path that the receiver sees, unescaped and without the query.</param>
    public void Sign(HttpRequestHeaders headers, string issuer, string user, string session, string method, string path)
    {
        ArgumentNullException.ThrowIfNull(headers);

        var now = time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        headers.Add(IdentityHeaders.User, user);
        headers.Add(IdentityHeaders.Session, session);
        headers.Add(IdentityHeaders.Issuer, issuer);
        headers.Add(IdentityHeaders.Time, now);
        headers.Add(IdentityHeaders.Signature, Compute(issuer, user, session, method, path, now));
    }

    /// <summary>Whether a received identity was signed with this key, for this request, within the lifetime.</summary>
    /// <param name="issuer">As received.</param>
    /// <param name="user">As received.</param>
    /// <param name="session">As received.</param>
    /// <param name="method">The request's method.</param>
    /// <param name="path">The request's path, unescaped.</param>
    /// <param name="signedAt">As received.</param>
    /// <param name="signature">As received.</param>
    /// <returns><see langword="true"/> if the signature is valid.</returns>
    public bool Verify(string issuer, string user, string session, string method, string path, string signedAt, string signature)
    {
        ArgumentNullException.ThrowIfNull(signature);

        if (!long.TryParse(signedAt, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || Math.Abs(time.GetUtcNow().ToUnixTimeMilliseconds() - milliseconds) > _lifetime.TotalMilliseconds)
        {
            return false;
        }

        return CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(Compute(issuer, user, session, method, path, signedAt)),
            Encoding.UTF8.GetBytes(signature));
    }

    // The path comes last: only it can contain a line break, and there a line break cannot imitate another field.
    private string Compute(string issuer, string user, string session, string method, string path, string signedAt) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(
            _key,
            Encoding.UTF8.GetBytes($"v1\n{issuer}\n{user}\n{session}\n{signedAt}\n{method}\n{path}")));
}
