using Godzilla.Gateway.Bearer;
using Godzilla.Gateway.Sessions;
using Yarp.ReverseProxy.Model;

namespace Godzilla.Gateway.Forwarding;

/// <summary>What a route says in its metadata, read once.</summary>
internal sealed class RoutePolicy
{
    // A route that needs the cookies says "Forward".
    private const string CookieKey = "Cookie";

    public RoutePolicy(RouteModel route)
    {
        Session = SessionRequirements.Of(route.Config.Metadata);
        Bearer = BearerScopes.Of(route.Config.Metadata);
        Service = route.Cluster is { } cluster
            ? ForwardedService.NameOf(cluster.Model.Config)
            : throw new InvalidOperationException($"ReverseProxy:Routes:{route.Config.RouteId} names no cluster.");
        DropsCookies = route.Config.Metadata?.GetValueOrDefault(CookieKey) != "Forward";
        HasTransforms = route.Config.Transforms is { Count: > 0 };
    }

    /// <summary>Whether it needs a session.</summary>
    public SessionRequirement Session { get; }

    /// <summary>A key or a token that comes with the request needs one of these scopes; <see langword="null"/> where none is accepted.</summary>
    public IReadOnlyList<string>? Bearer { get; }

    /// <summary>The service that it leads to: the audience of what the gateway signs.</summary>
    public string Service { get; }

    /// <summary>Whether the service must not see the client's cookies.</summary>
    public bool DropsCookies { get; }

    /// <summary>Whether a request is changed on its way, as YARP's transforms do it.</summary>
    public bool HasTransforms { get; }
}
