using System.Buffers;
using System.Globalization;
using System.Net.Mime;
using Microsoft.AspNetCore.WebUtilities;

namespace Godzilla.Inference.OpenAI;

/// <summary>Writes every problem under <c>/v1</c> in OpenAI's shape.</summary>
internal sealed class OpenAIErrorWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => OpenAIExtensions.IsUnder(context.HttpContext.Request.Path);

    // An exception's text is for the log; the client may read only the detail that the service chose.
    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var status = context.HttpContext.Response.StatusCode;
        Write(context.HttpContext, status, OfStatus(status, context.Exception is null ? context.ProblemDetails.Detail : null));
        return ValueTask.CompletedTask;
    }

    /// <summary>Answers with an error, in one piece, when the request ends.</summary>
    public static void Write(HttpContext context, int status, OpenAIError error, TimeSpan? retryAfter = null)
    {
        var (response, body) = (context.Response, error.ToJson());
        response.StatusCode = status;
        response.ContentType = MediaTypeNames.Application.Json;
        response.ContentLength = body.Length;
        if (retryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        // The clients of OpenAI read it before they retry.
        response.Headers["x-should-retry"] = status is StatusCodes.Status409Conflict or StatusCodes.Status429TooManyRequests or >= StatusCodes.Status500InternalServerError
            && error.Type != OpenAIError.Quota && error.Code != OpenAIErrors.KeyReused ? "true" : "false";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            response.BodyWriter.Write(body);
        }
    }

    /// <summary>The error that says no more than its status.</summary>
    public static OpenAIError OfStatus(int status, string? message = null) => new(
        message ?? status switch
        {
            StatusCodes.Status404NotFound => "There is nothing at this URL.",
            StatusCodes.Status503ServiceUnavailable => "The service cannot answer now; try again.",
            StatusCodes.Status500InternalServerError => "The service failed.",
            _ => $"{ReasonPhrases.GetReasonPhrase(status)}.",
        },
        status switch
        {
            StatusCodes.Status403Forbidden => OpenAIError.Permission,
            >= StatusCodes.Status500InternalServerError => OpenAIError.Server,
            _ => OpenAIError.InvalidRequest,
        },
        Code: status switch
        {
            StatusCodes.Status401Unauthorized => "invalid_api_key",
            StatusCodes.Status404NotFound => "unknown_url",
            StatusCodes.Status503ServiceUnavailable => "service_unavailable",
            _ => null,
        });
}
