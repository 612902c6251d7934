using Godzilla.ServiceDefaults.Errors;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.Hubs;

/// <summary>Says to a hub's caller what HTTP says with 503: a dependency is out of reach, nothing was acknowledged, try again.</summary>
internal sealed partial class UnavailableFilter(IOptions<DependencyFailures> failures, ILogger<UnavailableFilter> logger) : IHubFilter
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
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "A dependency of {Method} is unavailable: {Exception}")]
    private static partial void LogUnavailable(ILogger logger, string method, string exception);
}
