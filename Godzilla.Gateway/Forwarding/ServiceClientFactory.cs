using Godzilla.ServiceDefaults.MutualTls;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Godzilla.Gateway.Forwarding;

/// <summary>Makes YARP's clients: each speaks to the replicas of one service.</summary>
internal sealed class ServiceClientFactory(
    ILogger<ForwarderHttpClientFactory> logger, IOptions<ForwardingOptions> options, ServiceCertificate certificate) : ForwarderHttpClientFactory(logger)
{
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = options.Value.ConnectTimeout;
        if (certificate.IsUsed)
        {
            handler.SslOptions = certificate.ClientOptions(ForwardedService.NameOf(context.ClusterId, context.NewMetadata));
        }
    }
}
