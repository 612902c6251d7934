using System.Security.Cryptography;
using System.Text;

namespace Godzilla.Accounts.Tokens;

/// <summary>
/// Encrypts private keys for the database, by AES-256-GCM under a key that is derived from <see cref="TokenOptions.Secret"/>: who reads the
/// database or a backup of it cannot sign. The key's id is authenticated too, so that one cannot be put in the place of another.
/// </summary>
internal sealed class SigningKeyCipher(string secret)
{
    private const int KeySize = 32;
    private static readonly int NonceSize = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagSize = AesGcm.TagByteSizes.MaxSize;

    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), KeySize, info: "godzilla signing keys"u8.ToArray());

    /// <returns>Nonce, tag and ciphertext.</returns>
    public byte[] Encrypt(string id, ReadOnlySpan<byte> plaintext)
    {
        var result = new byte[NonceSize + TagSize + plaintext.Length];
        var nonce = result.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagSize);
        aes.Encrypt(nonce, plaintext, result.AsSpan(NonceSize + TagSize), result.AsSpan(NonceSize, TagSize), Encoding.UTF8.GetBytes(id));
        return result;
    }

    /// <returns><see langword="null"/> if it was encrypted with another secret, or changed since.</returns>
    public byte[]? Decrypt(string id, byte[] encrypted)
    {
        if (encrypted.Length <= NonceSize + TagSize)
        {
            return null;
        }

        var plaintext = new byte[encrypted.Length - NonceSize - TagSize];
        using var aes = new AesGcm(_key, TagSize);
        try
        {
            aes.Decrypt(
                encrypted.AsSpan(0, NonceSize),
                encrypted.AsSpan(NonceSize + TagSize),
                encrypted.AsSpan(NonceSize, TagSize),
                plaintext,
                Encoding.UTF8.GetBytes(id));
            return plaintext;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}
