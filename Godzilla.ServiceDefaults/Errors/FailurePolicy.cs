using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Godzilla.ServiceDefaults.Errors;

/// <summary>
/// What a service makes of an exception that reaches its edge, the same behind HTTP, hubs and gRPC: an outage of a dependency is a
/// warning and an answer that says "try again"; a client that left is neither; anything else is an error of ours.
/// </summary>
public sealed partial class FailurePolicy(IOptions<DependencyFailures> failures, ILogger<FailurePolicy> logger)
{
    /// <summary>Whether an exception is an outage of a dependency; if so, it is logged.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="operation">The path or method that failed.</param>
    /// <returns><see langword="true"/> if the caller is to be told to try again.</returns>
    public bool IsOutage(Exception exception, string operation)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (!failures.Value.Match(exception))
        {
            return false;
        }

        // Without the message: client libraries quote keys and values in it.
        LogUnavailable(logger, operation, exception.GetType().Name);
        return true;
    }

    /// <summary>Logs an exception that nobody expected, unless it only says that the caller left.</summary>
    /// <param name="exception">The exception.</param>
    /// <param name="operation">The method that failed.</param>
    /// <param name="caller">Cancelled when the caller has left.</param>
    public void Report(Exception exception, string operation, CancellationToken caller)
    {
        if (exception is not OperationCanceledException || !caller.IsCancellationRequested)
        {
            LogFailed(logger, exception, operation);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "A dependency of {Operation} is unavailable: {Exception}")]
    private static partial void LogUnavailable(ILogger logger, string operation, string exception);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "{Operation} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string operation);
}
