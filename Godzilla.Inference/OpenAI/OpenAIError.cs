using System.Text.Encodings.Web;
using System.Text.Json;

namespace Godzilla.Inference.OpenAI;

/// <summary>What is wrong with a request, in the shape that OpenAI's clients read.</summary>
/// <param name="Message">For a person.</param>
/// <param name="Type">The class of error; one of the constants here.</param>
/// <param name="Param">The parameter that is wrong, such as <c>messages[0].role</c>.</param>
/// <param name="Code">The error for a program, such as <c>model_not_found</c>.</param>
internal sealed record OpenAIError(string Message, string Type, string? Param = null, string? Code = null)
{
    /// <summary>The request is wrong and must be changed.</summary>
    public const string InvalidRequest = "invalid_request_error";

    /// <summary>The key may not do this.</summary>
    public const string Permission = "permission_error";

    /// <summary>Too many requests a minute.</summary>
    public const string Requests = "requests";

    /// <summary>Too many tokens a minute.</summary>
    public const string Tokens = "tokens";

    /// <summary>What a month allows is spent.</summary>
    public const string Quota = "insufficient_quota";

    /// <summary>The service, or what is behind it, failed; the request may be sent again.</summary>
    public const string Server = "server_error";

    // For people: quotes and letters of all languages as they are.
    private static readonly OpenAIJson Json = new(new JsonSerializerOptions(OpenAIJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The body of an answer: <c>{"error":{…}}</c>.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new OpenAIErrorBody(this), Json.OpenAIErrorBody);
}

/// <summary>The body of every answer of 400 and above under <c>/v1</c>, and of the last event of a stream that fails.</summary>
internal sealed record OpenAIErrorBody(OpenAIError Error);
