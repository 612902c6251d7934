using System.Net.Mime;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Godzilla.Gateway.Forwarding;

/// <summary>Forwards each path to its service, by section <c>ReverseProxy</c> of appsettings.json.</summary>
internal static class ForwardingExtensions
{
    internal static void AddForwarding(this WebApplicationBuilder builder)
    {
        builder.Services.AddIdentitySigner();
        builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddServiceDiscoveryDestinationResolver()
            .AddTransforms<SignedIdentityTransform>();

        // Sessions decide, not policies. The host would add the authorization middleware where this service is known.
        builder.Services.RemoveAll<IAuthorizationHandlerProvider>();
    }

    internal static void MapForwarding(this WebApplication app)
    {
        app.MapMethods("/healthz", [HttpMethods.Get, HttpMethods.Head], () => TypedResults.Text("""{"status":"ok"}""", MediaTypeNames.Application.Json)).DisableHttpMetrics();
        app.MapReverseProxy(proxy =>
        {
            proxy.UseForwardingLog();
            proxy.UseLoadBalancing();
        });
    }
}
