using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Godzilla.ServiceDefaults.Errors;

/// <summary>Writes every problem, whoever speaks of it, as an <see cref="ErrorEnvelope"/>.</summary>
internal sealed class ErrorEnvelopeWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (problem, response) = (context.ProblemDetails, context.HttpContext.Response);

        // An exception's text is for the log; what the client may read is the detail that a service chose.
        var message = context.Exception is null && problem.Detail is { } detail
            ? detail
            : ReasonPhrases.GetReasonPhrase(response.StatusCode);
        var traceId = Activity.Current?.TraceId.ToString() ?? context.HttpContext.TraceIdentifier;

        // Not cancelled: to a client that has left it is written in vain, and an exception here would count as a failure of ours.
        return new ValueTask(response.WriteAsJsonAsync(new ErrorEnvelope(response.StatusCode, message, traceId), CancellationToken.None));
    }
}
