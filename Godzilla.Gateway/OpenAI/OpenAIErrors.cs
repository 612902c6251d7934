using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;

namespace Godzilla.Gateway.OpenAI;

/// <summary>The gateway's own errors under <c>/v1</c>, in the shape of OpenAI's API, so that its clients make their exceptions of them.</summary>
internal static partial class OpenAIErrors
{
    private const string InvalidRequest = "invalid_request_error";
    private const string Server = "server_error";

    /// <summary>The body of an answer.</summary>
    /// <param name="message">What is wrong, for a person; <see langword="null"/> for the status in words.</param>
    public static byte[] Body(HttpContext context, int status, string? message) =>
        JsonSerializer.SerializeToUtf8Bytes(new ErrorBody(Of(context.Request, status, message)), ErrorJson.Default.ErrorBody);

    /// <summary>The last event of a stream that cannot go on.</summary>
    /// <param name="path">Streams of <c>/v1/responses</c> have typed events; others have data alone.</param>
    public static byte[] LastEvent(PathString path, int status, string message)
    {
        var error = new Error(message, InvalidRequest, Param: null, CodeOf(status));
        return path.StartsWithSegments("/v1/responses", StringComparison.Ordinal)
            ? Encoding.UTF8.GetBytes($"event: error\ndata: {JsonSerializer.Serialize(new ErrorEvent("error", error.Code, error.Message, error.Param, error), ErrorJson.Default.ErrorEvent)}\n\n")
            : Encoding.UTF8.GetBytes($"data: {JsonSerializer.Serialize(new ErrorBody(error), ErrorJson.Default.ErrorBody)}\n\n");
    }

    public static bool IsEventStream(HttpResponse response) =>
        response.ContentType is { } type && type.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase);

    private static Error Of(HttpRequest request, int status, string? message) => new(
        message ?? status switch
        {
            StatusCodes.Status404NotFound => $"Invalid URL ({request.Method} {request.Path})",
            StatusCodes.Status405MethodNotAllowed => $"{request.Method} is not allowed on {request.Path}",
            StatusCodes.Status413PayloadTooLarge => "The body is too large",
            StatusCodes.Status429TooManyRequests => "Too many requests: try again after the time that Retry-After says",
            StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout =>
                "The service cannot be reached at present: try again",
            _ => ReasonPhrases.GetReasonPhrase(status),
        },
        status switch
        {
            StatusCodes.Status403Forbidden => "permission_error",
            StatusCodes.Status429TooManyRequests => "requests",
            >= StatusCodes.Status500InternalServerError => Server,
            _ => InvalidRequest,
        },
        Param: null,
        CodeOf(status));

    private static string? CodeOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "invalid_api_key",
        StatusCodes.Status403Forbidden => "insufficient_permissions",
        StatusCodes.Status404NotFound => "unknown_url",
        StatusCodes.Status405MethodNotAllowed => "method_not_supported",
        StatusCodes.Status413PayloadTooLarge => "request_too_large",
        StatusCodes.Status429TooManyRequests => "rate_limit_exceeded",
        StatusCodes.Status502BadGateway => "bad_gateway",
        StatusCodes.Status503ServiceUnavailable => "service_unavailable",
        StatusCodes.Status504GatewayTimeout => "timeout",
        _ => null,
    };

    internal sealed record Error(string Message, string Type, string? Param, string? Code);

    internal sealed record ErrorBody(Error Error);

    /// <summary>The event <c>error</c> of a stream of <c>/v1/responses</c>. It says the same twice, as some clients look for the one and some for the other.</summary>
    internal sealed record ErrorEvent(string Type, string? Code, string Message, string? Param, Error Error);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
    [JsonSerializable(typeof(ErrorBody))]
    [JsonSerializable(typeof(ErrorEvent))]
    private sealed partial class ErrorJson : JsonSerializerContext;
}
