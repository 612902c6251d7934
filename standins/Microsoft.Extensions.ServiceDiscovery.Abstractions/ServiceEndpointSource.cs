using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>A service's endpoints as they were found, and a token that tells when to look again.</summary>
public sealed class ServiceEndpointSource
{
    private readonly List<ServiceEndpoint>? _endpoints;

    /// <summary>Keeps what the providers found.</summary>
    public ServiceEndpointSource(List<ServiceEndpoint>? endpoints, IChangeToken changeToken, IFeatureCollection features)
    {
        ArgumentNullException.ThrowIfNull(changeToken);
        ArgumentNullException.ThrowIfNull(features);
        _endpoints = endpoints;
        ChangeToken = changeToken;
        Features = features;
    }

    /// <summary>The endpoints, in the order in which they were found.</summary>
    public IReadOnlyList<ServiceEndpoint> Endpoints => _endpoints is null ? [] : _endpoints;

    /// <summary>Fires once the endpoints may be others.</summary>
    public IChangeToken ChangeToken { get; }

    /// <summary>What else the providers had to say.</summary>
    public IFeatureCollection Features { get; }

    /// <summary>The endpoints between brackets.</summary>
    public override string ToString() => $"[{string.Join(", ", Endpoints)}]";
}
