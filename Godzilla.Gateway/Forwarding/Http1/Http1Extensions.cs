using Microsoft.Extensions.DependencyInjection.Extensions;
using Yarp.ReverseProxy.Forwarder;

namespace Godzilla.Gateway.Forwarding.Http1;

internal static class Http1Extensions
{
    /// <summary>Puts <see cref="Http1Forwarder"/> in front of YARP's forwarder, which has been added.</summary>
    internal static void AddHttp1Forwarder(this IServiceCollection services)
    {
        var yarp = services.Single(service => service.ServiceType == typeof(IHttpForwarder));
        services.Replace(ServiceDescriptor.Singleton<IHttpForwarder>(provider => ActivatorUtilities.CreateInstance<Http1Forwarder>(
            provider, ActivatorUtilities.CreateInstance(provider, yarp.ImplementationType!))));
        services.AddSingleton<UpstreamPools>();
        services.AddHostedService(provider => provider.GetRequiredService<UpstreamPools>());
    }
}
