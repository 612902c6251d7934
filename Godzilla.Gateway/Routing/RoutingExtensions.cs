using Godzilla.Gateway.Identity;
using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Gateway.Routing;

/// <summary>Which path goes to which service: section <c>ReverseProxy</c> of appsettings.json.</summary>
internal static class RoutingExtensions
{
    internal static void AddRouting(this WebApplicationBuilder builder)
    {
        builder.Services.AddIdentitySigner();
        builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddServiceDiscoveryDestinationResolver()
            .AddTransforms<SignedIdentityTransform>();
    }

    internal static void MapGateway(this WebApplication app)
    {
        app.MapMethods("/healthz", [HttpMethods.Get, HttpMethods.Head], () => new { Status = "ok" }).DisableHttpMetrics();
        app.MapReverseProxy(proxy =>
        {
            proxy.UseForwardingLog();
            proxy.UseLoadBalancing();
        });
    }
}
