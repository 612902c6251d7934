using System.Text.Json;
using System.Text.Json.Serialization;

namespace Godzilla.ServiceDefaults.Sessions;

/// <summary>A session as Redis holds it under <see cref="SessionToken.KeyOf"/> until it ends.</summary>
/// <param name="Id">The public id, which gives no access.</param>
/// <param name="User">The username.</param>
/// <param name="CreatedAt">When it began.</param>
public sealed partial record SessionRecord(string Id, string User, DateTimeOffset CreatedAt)
{
    /// <summary>The record as JSON.</summary>
    /// <returns>One line of UTF-8.</returns>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json.Default.SessionRecord);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <param name="json">One line of UTF-8.</param>
    /// <returns>The record, or <see langword="null"/> for anything else.</returns>
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
