using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Godzilla.Gateway.Forwarding;

/// <summary>
/// What happens when a service cannot be reached or breaks off: another attempt where nothing was sent and nothing can happen twice, and
/// else one line in the log. A client that left is neither. YARP's own log, which has a stack trace for both, is off. Nor is a
/// socket that breaks: a service may close it for what its client sent, and one that died shows in its health.
/// </summary>
internal static partial class ForwardingFailures
{
    internal static void UseForwardingFailures(this IReverseProxyApplicationBuilder proxy)
    {
        var logger = proxy.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ForwardingFailures).FullName!);
        proxy.Use(async (context, next) =>
        {
            await next(context);
            if (context.GetForwarderErrorFeature() is not { } failure)
            {
                return;
            }

            if (CanRetry(context, failure))
            {
                Reset(context);
                await next(context);
            }

            if (context.GetForwarderErrorFeature() is { } last && IsOurs(last.Error))
            {
                LogFailed(logger, context.GetReverseProxyFeature().Cluster.Config.ClusterId, last.Error);
            }
        });
    }

    private static bool CanRetry(HttpContext context, IForwarderErrorFeature failure) =>
        failure is { Error: ForwarderError.Request, Exception: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } }
        && !context.Response.HasStarted
        && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method));

    // As if nothing had been tried; another destination, where there is one.
    private static void Reset(HttpContext context)
    {
        var proxy = context.GetReverseProxyFeature();
        var failed = proxy.ProxiedDestination;
        DestinationState[] others = [.. proxy.AllDestinations.Where(destination => destination != failed && IsHealthy(destination.Health))];
        if (others.Length > 0)
        {
            proxy.AvailableDestinations = others;
        }

        proxy.ProxiedDestination = null;
        context.Features.Set<IForwarderErrorFeature>(null);
        context.Response.StatusCode = StatusCodes.Status200OK;
    }

    private static bool IsHealthy(DestinationHealthState health) =>
        health is { Active: not DestinationHealth.Unhealthy, Passive: not DestinationHealth.Unhealthy };

    private static bool IsOurs(ForwarderError error) => error is ForwarderError.Request
        or ForwarderError.RequestTimedOut
        or ForwarderError.RequestBodyDestination
        or ForwarderError.ResponseBodyDestination
        or ForwarderError.ResponseHeaders
        or ForwarderError.RequestCreation
        or ForwarderError.NoAvailableDestinations;

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Forwarding to {Cluster} failed: {Error}")]
    private static partial void LogFailed(ILogger logger, string cluster, ForwarderError error);
}
