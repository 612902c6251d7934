using System.Net.Mime;
using Godzilla.Gateway.Forwarding.Http1;
using Godzilla.ServiceDefaults.Identity;
using Yarp.ReverseProxy.Model;

namespace Godzilla.Gateway.Forwarding;

/// <summary>Forwards each path to its service, by section <c>ReverseProxy</c> of appsettings.json.</summary>
internal static class ForwardingExtensions
{
    internal static void AddForwarding(this WebApplicationBuilder builder)
    {
        // Not through IOptions: YARP makes its clients without services.
        var options = new ForwardingOptions();
        builder.Configuration.GetSection(ForwardingOptions.Section).Bind(options);
        builder.Services.AddOptions<ForwardingOptions>().BindConfiguration(ForwardingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddIdentitySigner();
        builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddServiceDiscoveryDestinationResolver()
            .AddTransforms<SignedIdentityTransform>()
            .ConfigureHttpClient((_, handler) => handler.ConnectTimeout = options.ConnectTimeout);
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
