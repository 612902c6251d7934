using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.ServiceDiscovery;

namespace Godzilla.Chat.Presence;

/// <summary>Resolves <c>services:///NAME</c> by service discovery.</summary>
internal sealed class PresenceResolverFactory(ServiceEndpointResolver endpoints, TimeProvider time, ILoggerFactory loggers) : ResolverFactory
{
    public override string Name => "services";

    public override Resolver Create(ResolverOptions options) =>
        new PresenceResolver($"https+http://{options.Address.AbsolutePath.TrimStart('/')}", endpoints, time, loggers);
}
