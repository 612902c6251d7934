using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Aspirate.Secrets;

/// <summary>
/// <c>aspirate-state.json</c> of the current folder: the values of secrets, encrypted with a password, so that another cluster can get the
/// same. AES-256-GCM; the key is PBKDF2 of the password, and a secret's name is authenticated with its value.
/// </summary>
internal sealed class StateFile
{
    public const string FileName = "aspirate-state.json";

    private const int Iterations = 600_000;
    private const int KeySize = 32;
    private const int SaltSize = 16;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly Content _content;
    private readonly byte[] _key;

    private StateFile(Content content, string password)
    {
        _content = content;
        _key = Rfc2898DeriveBytes.Pbkdf2(password, content.Salt, Iterations, HashAlgorithmName.SHA256, KeySize);
    }

    /// <summary>Opens the file, or a new one.</summary>
    /// <exception cref="AspirateException">It is damaged, or the password is another.</exception>
    public static StateFile Open(string password)
    {
        try
        {
            var content = File.Exists(FileName)
                ? JsonSerializer.Deserialize<Content>(File.ReadAllText(FileName), Json)!
                : new(RandomNumberGenerator.GetBytes(SaltSize), []);
            var state = new StateFile(content, password);
            foreach (var name in content.Secrets.Keys)
            {
                state.Find(name);
            }

            return state;
        }
        catch (Exception exception) when (exception is IOException or JsonException or CryptographicException or ArgumentException)
        {
            throw new AspirateException($"{FileName} cannot be read with this password", exception);
        }
    }

    /// <returns>A secret's value; <see langword="null"/> if the file has none.</returns>
    public string? Find(string name)
    {
        if (!_content.Secrets.TryGetValue(name, out var sealedValue))
        {
            return null;
        }

        var value = new byte[sealedValue.Length - NonceSize - TagSize];
        using var cipher = new AesGcm(_key, TagSize);
        cipher.Decrypt(
            sealedValue.AsSpan(0, NonceSize), sealedValue.AsSpan(NonceSize + TagSize), sealedValue.AsSpan(NonceSize, TagSize), value, Encoding.UTF8.GetBytes(name));
        return Encoding.UTF8.GetString(value);
    }

    /// <summary>Makes the values that are missing, and writes the file.</summary>
    public void AddMissing(IEnumerable<RequiredSecret> required)
    {
        foreach (var secret in required.Where(s => s.Generate is not null && !_content.Secrets.ContainsKey(s.Name)))
        {
            _content.Secrets[secret.Name] = Seal(secret.Name, SecretValue.Generate(secret.Generate!));
        }

        File.WriteAllText(FileName, JsonSerializer.Serialize(_content, Json) + "\n");
    }

    private byte[] Seal(string name, string value)
    {
        var plain = Encoding.UTF8.GetBytes(value);
        var sealedValue = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(sealedValue.AsSpan(0, NonceSize));
        using var cipher = new AesGcm(_key, TagSize);
        cipher.Encrypt(
            sealedValue.AsSpan(0, NonceSize), plain, sealedValue.AsSpan(NonceSize + TagSize), sealedValue.AsSpan(NonceSize, TagSize), Encoding.UTF8.GetBytes(name));
        return sealedValue;
    }

    private sealed record Content(byte[] Salt, SortedDictionary<string, byte[]> Secrets);
}
