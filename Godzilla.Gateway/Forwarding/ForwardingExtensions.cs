using System.Net.Mime;
using Godzilla.Gateway.Forwarding.Http1;
using Godzilla.ServiceDefaults.Identity;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Godzilla.Gateway.Forwarding;

/// <summary>Forwards each path to its service, by section <c>ReverseProxy</c> of appsettings.json.</summary>
internal static class ForwardingExtensions
{
    internal static void AddForwarding(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ForwardingOptions>().BindConfiguration(ForwardingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddIdentitySigner();
        builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddServiceDiscoveryDestinationResolver()
            .AddTransforms<SignedIdentityTransform>();
        builder.Services.AddSingleton<IForwarderHttpClientFactory, ServiceClientFactory>();
        builder.Services.AddHttp1Forwarder();
    }

    internal static void MapForwarding(this WebApplication app)
    {
        // Sessions decide here, not policies. YARP brings authorization's services, and with these the host adds its middleware to every
        // request unless this says that it is there.
        ((IApplicationBuilder)app).Properties["__AuthorizationMiddlewareSet"] = true;

        app.MapMethods("/healthz", [HttpMethods.Get, HttpMethods.Head], () => TypedResults.Text("""{"status":"ok"}""", MediaTypeNames.Application.Json)).DisableHttpMetrics();
        app.MapReverseProxy(proxy =>
        {
            proxy.UseForwardingFailures();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        }).Add(endpoint => endpoint.Metadata.Add(new RoutePolicy(endpoint.Metadata.OfType<RouteModel>().Single())));
    }
}
