using Yarp.ReverseProxy.Configuration;

namespace Godzilla.Gateway.Forwarding;

/// <summary>The service behind a cluster.</summary>
internal static class ForwardedService
{
    // A cluster of the same name as its service need not say so.
    private const string ServiceKey = "Service";

    public static string NameOf(ClusterConfig cluster) => cluster.Metadata?.GetValueOrDefault(ServiceKey) ?? cluster.ClusterId;
}
