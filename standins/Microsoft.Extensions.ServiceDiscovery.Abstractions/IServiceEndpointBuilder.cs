using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>What the providers of a service's endpoints fill, one after the other.</summary>
public interface IServiceEndpointBuilder
{
    /// <summary>The endpoints found so far.</summary>
    IList<ServiceEndpoint> Endpoints { get; }

    /// <summary>Whatever else a provider has to say of the service.</summary>
    IFeatureCollection Features { get; }

    /// <summary>Adds a token that fires once the endpoints may be others.</summary>
    void AddChangeToken(IChangeToken changeToken);
}
