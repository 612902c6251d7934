using Godzilla.Gateway.Sessions;
using Yarp.ReverseProxy.Model;

namespace Godzilla.Gateway.Forwarding;

/// <summary>What a route says in its metadata, read once.</summary>
internal sealed class RoutePolicy
{
    // A cluster of the same name as its service need not say so.
    private const string ServiceKey = "Service";

    // A route that needs the cookies says "Forward".
    private const string CookieKey = "Cookie";

    public RoutePolicy(RouteModel route)
    {
        Session = SessionRequirements.Of(route.Config.Metadata);
        Service = route.Cluster?.Model.Config.Metadata?.GetValueOrDefault(ServiceKey) ?? route.Cluster?.ClusterId
            ?? throw new InvalidOperationException($"ReverseProxy:Routes:{route.Config.RouteId} names no cluster.");
        DropsCookies = route.Config.Metadata?.GetValueOrDefault(CookieKey) != "Forward";
        HasTransforms = route.Config.Transforms is { Count: > 0 };
    }

    /// <summary>Whether it needs a session.</summary>
    public SessionRequirement Session { get; }

    /// <summary>The service that it leads to: the audience of what the gateway signs.</summary>
    public string Service { get; }

    /// <summary>Whether the service must not see the client's cookies.</summary>
    public bool DropsCookies { get; }

    /// <summary>Whether a request is changed on its way, as YARP's transforms do it.</summary>
    public bool HasTransforms { get; }
}
