using System.Security.Cryptography;
using System.Text;

namespace Mongod.Tests.Wire;

/// <summary>The client's side of SCRAM-SHA-256, after RFC 5802.</summary>
internal sealed class ScramClient(string user, string password, string nonce = "a-client-s-nonce")
{
    private readonly string _bare = $"n={user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal)},r={nonce}";

    internal string ServerSignature { get; private set; } = "";

    internal byte[] First() => Encoding.UTF8.GetBytes("n,," + _bare);

    internal byte[] Final(byte[] serverFirst)
    {
        var challenge = Encoding.UTF8.GetString(serverFirst);
        var fields = challenge.Split(',').ToDictionary(f => f[0], f => f[2..]);
        Assert.StartsWith(nonce, fields['r'], StringComparison.Ordinal);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(fields['s']), int.Parse(fields['i']), HashAlgorithmName.SHA256, 32);
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var withoutProof = $"c=biws,r={fields['r']}";
        var authMessage = Encoding.UTF8.GetBytes($"{_bare},{challenge},{withoutProof}");
        var signature = HMACSHA256.HashData(SHA256.HashData(clientKey), authMessage);
        ServerSignature = $"v={Convert.ToBase64String(HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), authMessage))}";
        var proof = clientKey.Zip(signature, (a, b) => (byte)(a ^ b)).ToArray();
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }
}
