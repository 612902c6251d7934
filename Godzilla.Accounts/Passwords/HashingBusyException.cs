using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace Godzilla.Accounts.Passwords;

/// <summary>More passwords wait to be hashed than may wait.</summary>
internal sealed class HashingBusyException() : Exception("Too many passwords wait to be hashed.");

/// <summary>Answers 503, and logs nothing: the metrics count it, and whoever sends the load must not fill the log too.</summary>
internal sealed class HashingBusyHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not HashingBusyException)
        {
            return false;
        }

        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        httpContext.Response.Headers.RetryAfter = "1";
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = new ProblemDetails { Detail = "Too many sign-ins at once" },
        });
    }
}
