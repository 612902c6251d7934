using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Godzilla.ServiceDefaults.Errors;

/// <summary>The body of every answer of 400 and above, except that of <c>/health</c>.</summary>
/// <param name="Code">The HTTP status code.</param>
/// <param name="Message">What is wrong, for a person; never a stack trace or another service's words.</param>
/// <param name="TraceId">The trace id on the log lines of this request, in every service: 32 hex digits.</param>
public sealed partial record ErrorEnvelope(int Code, string Message, string TraceId)
{
    /// <summary>Always <c>error</c>.</summary>
    [JsonPropertyOrder(-1)]
    public string Status { get; } = "error";

    // As ASP.NET Core writes other JSON: for people, + and letters of all languages as they are.
    private static readonly ErrorJson Json = new(new JsonSerializerOptions(ErrorJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    internal byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json.ErrorEnvelope);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    [JsonSerializable(typeof(ErrorEnvelope))]
    private sealed partial class ErrorJson : JsonSerializerContext;
}
