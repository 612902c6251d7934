using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.ServiceDiscovery.Http;

/// <summary>
/// Keeps a gRPC channel from resolving names itself, for the clients that have service discovery: GrpcChannel looks for this
/// property on the handler that it gets. A filter, since it has to see the primary handler that was settled on last.
/// </summary>
internal sealed class GrpcBalancerSwitch(IOptions<GrpcBalancerSwitchOptions> options) : IHttpMessageHandlerBuilderFilter
{
    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        var clients = options.Value.Clients;
        if (builder.PrimaryHandler is SocketsHttpHandler handler && (clients.Contains(null) || clients.Contains(builder.Name)))
        {
            handler.Properties["__GrpcLoadBalancingDisabled"] = true;
        }
    };
}

internal sealed class GrpcBalancerSwitchOptions
{
    /// <summary>Names of clients; null stands for all.</summary>
    public HashSet<string?> Clients { get; } = [];
}
