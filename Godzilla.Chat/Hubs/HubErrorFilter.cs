using Godzilla.ServiceDefaults.Errors;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.Hubs;

/// <summary>
/// Says to a hub's caller what HTTP says with 503: a dependency is out of reach, nothing was acknowledged, try again. What the caller got
/// wrong is told to them and not to the log; SignalR's own log of failed calls tells both apart no better than this, and is off.
/// </summary>
internal sealed partial class HubErrorFilter(IOptions<DependencyFailures> failures, ILogger<HubErrorFilter> logger) : IHubFilter
{
    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            LogUnavailable(logger, invocationContext.HubMethodName, exception.GetType().Name);
            throw new HubException("Service Unavailable", exception);
        }
        catch (Exception exception) when (exception is not HubException and not OperationCanceledException)
        {
            LogFailed(logger, exception, invocationContext.HubMethodName);
            throw;
        }
    }

    public async Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            // Closed without a word: SignalR's own close would tell the client not to come back.
            LogUnavailable(logger, nameof(OnConnectedAsync), exception.GetType().Name);
            context.Context.Abort();
        }
        catch (OperationCanceledException) when (context.Context.ConnectionAborted.IsCancellationRequested)
        {
            // It has left.
        }
        catch (Exception exception)
        {
            LogFailed(logger, exception, nameof(OnConnectedAsync));
            throw;
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "A dependency of {Method} is unavailable: {Exception}")]
    private static partial void LogUnavailable(ILogger logger, string method, string exception);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "{Method} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method);
}
