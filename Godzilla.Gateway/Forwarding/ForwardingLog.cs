using Yarp.ReverseProxy.Forwarder;

namespace Godzilla.Gateway.Forwarding;

/// <summary>
/// Logs one line for a service that could not be reached or broke off, and none for a client that left. YARP's own log, which has a stack
/// trace for both, is off.
/// </summary>
internal static partial class ForwardingLog
{
    internal static void UseForwardingLog(this IReverseProxyApplicationBuilder proxy)
    {
        var logger = proxy.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(ForwardingLog).FullName!);
        proxy.Use(async (context, next) =>
        {
            await next(context);
            if (context.GetForwarderErrorFeature() is { } failure && IsOurs(failure.Error))
            {
                LogFailed(logger, context.GetReverseProxyFeature().Cluster.Config.ClusterId, failure.Error);
            }
        });
    }

    private static bool IsOurs(ForwarderError error) => error is ForwarderError.Request
        or ForwarderError.RequestTimedOut
        or ForwarderError.RequestBodyDestination
        or ForwarderError.ResponseBodyDestination
        or ForwarderError.ResponseHeaders
        or ForwarderError.RequestCreation
        or ForwarderError.UpgradeRequestDestination
        or ForwarderError.UpgradeResponseDestination
        or ForwarderError.UpgradeActivityTimeout
        or ForwarderError.NoAvailableDestinations;

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Forwarding to {Cluster} failed: {Error}")]
    private static partial void LogFailed(ILogger logger, string cluster, ForwarderError error);
}
