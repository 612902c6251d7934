using Microsoft.AspNetCore.Http;

namespace Godzilla.ServiceDefaults.Errors;

/// <summary>Writes every problem as an <see cref="ErrorEnvelope"/>.</summary>
internal sealed class ErrorEnvelopeWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    // An exception's text is for the log; the client may read only the detail that a service chose.
    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        context.HttpContext.WriteError(context.HttpContext.Response.StatusCode, context.Exception is null ? context.ProblemDetails.Detail : null);
        return ValueTask.CompletedTask;
    }
}
