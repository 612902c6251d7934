using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Godzilla.ServiceDefaults.Errors;

/// <summary>
/// Answers the exceptions that are nobody's bug: a request that cannot be read, a dependency that is out of reach, a client that left.
/// What it handles stays out of the error log; the rest goes on to become a 500.
/// </summary>
internal sealed partial class ExpectedExceptionHandler(
    IProblemDetailsService problems,
    IOptions<DependencyFailures> failures,
    ILogger<ExpectedExceptionHandler> logger) : IExceptionHandler
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
            // Where it is, but not what .NET calls what was expected there.
            httpContext.Response.StatusCode = bad.StatusCode;
            problem.Detail = bad.InnerException is JsonException { Path: { } path } ? $"The JSON is not what is expected here, at {path}" : null;
        }
        else if (failures.Value.Match(exception))
        {
            // Without its message, in which client libraries quote keys and values.
            LogUnavailable(logger, httpContext.Request.Path, exception.GetType().Name);
            httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            httpContext.Response.Headers.RetryAfter = "1";
        }
        else
        {
            return false;
        }

        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem });
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "A dependency of {Path} is unavailable: {Exception}")]
    private static partial void LogUnavailable(ILogger logger, string path, string exception);
}
