namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>The name that requests to an endpoint carry in their Host header.</summary>
public interface IHostNameFeature
{
    /// <summary>The host name, without a port.</summary>
    string HostName { get; }
}
