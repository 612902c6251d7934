using Yarp.ReverseProxy.Configuration;

namespace Godzilla.Gateway.Forwarding;

/// <summary>The service behind a cluster.</summary>
internal static class ForwardedService
{
    // A cluster of the same name as its service need not say so.
    private const string ServiceKey = "Service";

    public static string NameOf(ClusterConfig cluster) => NameOf(cluster.ClusterId, cluster.Metadata);

    public static string NameOf(string clusterId, IReadOnlyDictionary<string, string>? metadata) => metadata?.GetValueOrDefault(ServiceKey) ?? clusterId;
}
