using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>
/// A secret that two services share, ready for use. What the secret alone decides is kept: to set it up costs more than to sign (measured:
/// 0.9 instead of 2 µs).
/// </summary>
internal sealed class IdentityKey(string secret)
{
    private readonly byte[] _secret = Encoding.UTF8.GetBytes(secret);

    // As many as ever signed at once.
    private readonly ConcurrentQueue<IncrementalHash> _idle = new();

    /// <summary>The HMAC-SHA256 of <paramref name="text"/>.</summary>
    /// <param name="text">What is signed.</param>
    /// <param name="signature">Takes its 32 bytes.</param>
    public void Sign(ReadOnlySpan<byte> text, Span<byte> signature)
    {
        if (!_idle.TryDequeue(out var hmac))
        {
            hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
        }

        hmac.AppendData(text);
        hmac.GetHashAndReset(signature);
        _idle.Enqueue(hmac);
    }
}
