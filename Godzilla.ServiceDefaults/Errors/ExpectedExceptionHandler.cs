using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Godzilla.ServiceDefaults.Errors;

/// <summary>
/// Answers the exceptions that are nobody's bug: a request that cannot be read, a dependency that is out of reach, a client that left.
/// The rest becomes a 500 and an error in the log.
/// </summary>
internal sealed class ExpectedExceptionHandler(IProblemDetailsService problems, FailurePolicy policy) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        ProblemDetails problem = new();
        if (exception is BadHttpRequestException bad)
        {
            // The JSON path helps a client; what .NET calls the type that it expected there does not.
            httpContext.Response.StatusCode = bad.StatusCode;
            problem.Detail = bad.InnerException is JsonException { Path: { } path } ? $"The JSON is not what is expected here, at {path}" : null;
        }
        else if (policy.IsOutage(exception, httpContext.Request.Path))
        {
            httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            httpContext.Response.Headers.RetryAfter = "1";
        }
        else
        {
            return false;
        }

        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem });
    }
}
