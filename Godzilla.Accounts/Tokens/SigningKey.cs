using MongoDB.Bson.Serialization.Attributes;

namespace Godzilla.Accounts.Tokens;

/// <summary>A document of <c>accountsdb.signing_keys</c>: an RSA key that signs access tokens.</summary>
[BsonIgnoreExtraElements]
internal sealed class SigningKey
{
    /// <summary>The <c>kid</c> of what it signs.</summary>
    [BsonId]
    public required string Id { get; init; }

    /// <summary>Counts the keys. Unique, so that of replicas that make a key at once only one adds it.</summary>
    [BsonElement("generation")]
    public required int Generation { get; init; }

    [BsonElement("modulus")]
    public required byte[] Modulus { get; init; }

    [BsonElement("exponent")]
    public required byte[] Exponent { get; init; }

    /// <summary>PKCS #8, encrypted: see <see cref="SigningKeyCipher"/>.</summary>
    [BsonElement("private_key")]
    public required byte[] PrivateKey { get; init; }

    [BsonElement("created_at")]
    public required DateTime CreatedAt { get; init; }

    /// <summary>When it takes over from the key before. Until then it is only published, so that whoever keeps the key set knows it in time.</summary>
    [BsonElement("signs_from")]
    public required DateTime SignsFrom { get; init; }
}
