using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Mongod.Authentication;

/// <summary>One sign-in: the client's first message, its proof, and, from clients that ask for it, an empty last message.</summary>
internal sealed class ScramConversation
{
    private const int MaxLength = 4096;
    private const int NonceLength = 24;

    private readonly bool _skipsEmptyExchange;
    private readonly ScramKeys _keys;
    private readonly string _channelBinding;
    private readonly string _nonce;
    private readonly string _clientFirst;
    private readonly string _serverFirst;

    private ScramConversation(string name, ScramKeys keys, string header, string clientFirst, string clientNonce, bool skipsEmptyExchange)
    {
        Name = name;
        _keys = keys;
        _skipsEmptyExchange = skipsEmptyExchange;
        _channelBinding = Convert.ToBase64String(Encoding.UTF8.GetBytes(header));
        _clientFirst = clientFirst;
        _nonce = clientNonce + Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceLength));
        _serverFirst = $"r={_nonce},s={Convert.ToBase64String(keys.Salt)},i={ScramUsers.Iterations}";
    }

    internal string Name { get; }

    /// <summary>Whether the proof was right.</summary>
    internal bool IsProven { get; private set; }

    internal bool IsDone { get; private set; }

    internal byte[] FirstReply => Encoding.UTF8.GetBytes(_serverFirst);

    /// <summary>Reads the client's first message; null if it is none.</summary>
    internal static ScramConversation? Start(ScramUsers users, byte[] payload, bool skipsEmptyExchange)
    {
        if (payload.Length > MaxLength)
        {
            return null;
        }

        // "n,,n=name,r=nonce": y says that the client could bind to a channel, p that it does, a names another user.
        var text = Encoding.UTF8.GetString(payload);
        if (text is not (['n' or 'y', ',', ',', ..]))
        {
            return null;
        }

        var fields = text[3..].Split(',');
        return fields is [['n', '=', .. var name], ['r', '=', .. { Length: > 0 } nonce], ..]
            ? new ScramConversation(Unescape(name), users.Find(Unescape(name)), text[..3], text[3..], nonce, skipsEmptyExchange)
            : null;
    }

    /// <summary>Reads the client's next message.</summary>
    /// <returns>The reply's payload, or null if the sign-in failed.</returns>
    internal byte[]? Continue(byte[] payload)
    {
        if (IsProven)
        {
            IsDone = payload.Length == 0;
            return IsDone ? [] : null;
        }

        if (payload.Length > MaxLength)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(payload);
        var proofAt = text.LastIndexOf(",p=", StringComparison.Ordinal);
        if (proofAt < 0)
        {
            return null;
        }

        var withoutProof = text[..proofAt];
        Span<byte> proof = stackalloc byte[SHA256.HashSizeInBytes];
        if (withoutProof != $"c={_channelBinding},r={_nonce}" || !TryDecode(text[(proofAt + 3)..], proof))
        {
            return null;
        }

        var authMessage = Encoding.UTF8.GetBytes($"{_clientFirst},{_serverFirst},{withoutProof}");
        var clientKey = HMACSHA256.HashData(_keys.StoredKey, authMessage);
        for (var i = 0; i < clientKey.Length; i++)
        {
            clientKey[i] ^= proof[i];
        }

        var signature = HMACSHA256.HashData(_keys.ServerKey, authMessage);
        IsProven = CryptographicOperations.FixedTimeEquals(SHA256.HashData(clientKey), _keys.StoredKey) & _keys.IsKnown;
        IsDone = IsProven && _skipsEmptyExchange;
        return IsProven ? Encoding.UTF8.GetBytes($"v={Convert.ToBase64String(signature)}") : null;
    }

    private static bool TryDecode(string text, Span<byte> proof) =>
        Base64.GetMaxDecodedFromUtf8Length(text.Length) <= proof.Length + 2
        && Convert.TryFromBase64String(text, proof, out var length)
        && length == proof.Length;

    private static string Unescape(string name) =>
        name.Replace("=2C", ",", StringComparison.Ordinal).Replace("=3D", "=", StringComparison.Ordinal);
}
