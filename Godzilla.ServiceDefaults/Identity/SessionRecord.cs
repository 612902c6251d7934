using System.Text.Json;
using System.Text.Json.Serialization;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>A session, as Redis keeps it under <see cref="SessionToken.KeyOf"/> until it ends.</summary>
/// <param name="Id">What the session is called in public; it opens nothing.</param>
/// <param name="User">Whose it is.</param>
/// <param name="CreatedAt">When it began.</param>
public sealed partial record SessionRecord(string Id, string User, DateTimeOffset CreatedAt)
{
    /// <summary>The record as JSON.</summary>
    /// <returns>One line of UTF-8.</returns>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json.Default.SessionRecord);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">One line of UTF-8.</param>
    /// <returns>The record, or <see langword="null"/> for anything else: what cannot be read is no session.</returns>
    public static SessionRecord? FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, Json.Default.SessionRecord) is { Id.Length: > 0, User.Length: > 0 } record ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    [JsonSerializable(typeof(SessionRecord))]
    private sealed partial class Json : JsonSerializerContext;
}
