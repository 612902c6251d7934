using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.ServiceDiscovery;
using Microsoft.Extensions.ServiceDiscovery.Http;
using Microsoft.Extensions.ServiceDiscovery.Resolution;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Service discovery for HTTP clients.</summary>
public static class ServiceDiscoveryHttpClientBuilderExtensions
{
    /// <summary>Lets a client name services in its addresses, as in <c>https+http://accounts</c> or <c>http://_grpc.presence</c>.</summary>
    public static IHttpClientBuilder AddServiceDiscovery(this IHttpClientBuilder httpClientBuilder)
    {
        ArgumentNullException.ThrowIfNull(httpClientBuilder);

        var services = httpClientBuilder.Services.AddServiceDiscoveryCore();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, GrpcBalancerSwitch>());
        services.Configure<GrpcBalancerSwitchOptions>(options => options.Clients.Add(httpClientBuilder.Name));
        return httpClientBuilder.AddHttpMessageHandler(static provider => new ServiceDiscoveryHandler(
            provider.GetRequiredService<ServiceLookups>(),
            provider.GetRequiredService<IOptions<ServiceDiscoveryOptions>>().Value));
    }
}
