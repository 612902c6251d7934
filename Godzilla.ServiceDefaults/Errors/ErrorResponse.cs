using System.Buffers;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Godzilla.ServiceDefaults.Errors;

/// <summary>Answers with an error.</summary>
public static class ErrorResponse
{
    /// <summary>Answers with an <see cref="ErrorEnvelope"/>, or as the request's <see cref="ErrorFormat"/> has it. It is handed to the server in one piece and sent with the head, when the request ends.</summary>
    /// <param name="context">A request whose answer has not started.</param>
    /// <param name="status">400 or above.</param>
    /// <param name="message">What is wrong, for a person; by default the status in words.</param>
    public static void WriteError(this HttpContext context, int status, string? message = null)
    {
        ArgumentNullException.ThrowIfNull(context);

        var body = context.Features.Get<ErrorFormat>() is { } format
            ? format.ToJson(context, status, message)
            : new ErrorEnvelope(status, message ?? ReasonPhrases.GetReasonPhrase(status), Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier).ToJson();
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            response.BodyWriter.Write(body);
        }
    }
}
