using System.Security.Cryptography;
using System.Text;

namespace Mongod.Authentication;

/// <summary>
/// The one user, and what SCRAM-SHA-256 needs to check them (RFC 5802, RFC 7677). An unknown name goes through the same steps with keys of
/// its own that nothing matches, so neither the answers nor their time say who exists.
/// </summary>
internal sealed class ScramUsers
{
    internal const int Iterations = 15_000;

    private const int SaltLength = 16;

    private readonly byte[] _name;
    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(SaltLength);
    private readonly byte[] _saltSecret = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);
    private readonly byte[] _unknownKey = RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes);
    private readonly byte[] _storedKey;
    private readonly byte[] _serverKey;

    /// <param name="name">The user's name.</param>
    /// <param name="password">The password, in ASCII: other characters would have to be normalised first.</param>
    internal ScramUsers(string name, string password)
    {
        Name = name;
        _name = Encoding.UTF8.GetBytes(name);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, _salt, Iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        _storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        _serverKey = HMACSHA256.HashData(salted, "Server Key"u8);
    }

    internal string Name { get; }

    internal ScramKeys Find(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        // Always the same for a name, as a real user's salt is.
        var salt = HMACSHA256.HashData(_saltSecret, bytes)[..SaltLength];
        var isKnown = CryptographicOperations.FixedTimeEquals(bytes, _name);
        return isKnown ? new ScramKeys(IsKnown: true, _salt, _storedKey, _serverKey) : new ScramKeys(IsKnown: false, salt, _unknownKey, _unknownKey);
    }
}

/// <summary>What the server keeps of a user's password.</summary>
internal readonly record struct ScramKeys(bool IsKnown, byte[] Salt, byte[] StoredKey, byte[] ServerKey);
