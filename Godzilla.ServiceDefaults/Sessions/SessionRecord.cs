using System.Text.Json;
using System.Text.Json.Serialization;

namespace Godzilla.ServiceDefaults.Sessions;

/// <summary>A session as Redis holds it under <see cref="SessionKeys.Session"/> until it ends.</summary>
/// <param name="User">The username.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="ExpiresAt">When it ends, used or not.</param>
public sealed partial record SessionRecord(string User, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>When it was last used, to the minute.</summary>
    public DateTimeOffset SeenAt { get; init; } = CreatedAt;

    /// <summary>It ends earlier if it is not used for so long, in seconds; <see langword="null"/> if it does not.</summary>
    public int? IdleSeconds { get; init; }

    /// <summary>The IP address of the sign-in.</summary>
    public string Address { get; init; } = "";

    /// <summary>The <c>User-Agent</c> of the sign-in.</summary>
    public string UserAgent { get; init; } = "";

    /// <summary>When it ends unless it is used.</summary>
    [JsonIgnore]
    public DateTimeOffset EndsAt =>
        IdleSeconds is { } idle && SeenAt.AddSeconds(idle) is var unused && unused < ExpiresAt ? unused : ExpiresAt;

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
            return JsonSerializer.Deserialize(json, Json.Default.SessionRecord) is { User.Length: > 0 } record ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [JsonSourceGenerationOptions(
        PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(SessionRecord))]
    private sealed partial class Json : JsonSerializerContext;
}
