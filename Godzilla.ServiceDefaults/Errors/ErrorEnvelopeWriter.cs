using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Godzilla.ServiceDefaults.Errors;

/// <summary>Writes every problem as an <see cref="ErrorEnvelope"/>.</summary>
internal sealed class ErrorEnvelopeWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (problem, response) = (context.ProblemDetails, context.HttpContext.Response);

        // An exception's text is for the log; the client may read only the detail that a service chose.
        var message = context.Exception is null && problem.Detail is { } detail
            ? detail
            : ReasonPhrases.GetReasonPhrase(response.StatusCode);
        var traceId = Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;

        // Not cancelled when the client leaves: the exception would be logged as an error of ours.
        return new ValueTask(response.WriteAsJsonAsync(new ErrorEnvelope(response.StatusCode, message, traceId), CancellationToken.None));
    }
}
