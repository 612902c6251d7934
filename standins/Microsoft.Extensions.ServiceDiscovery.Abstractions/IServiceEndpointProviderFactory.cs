using System.Diagnostics.CodeAnalysis;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>Makes the provider for a service.</summary>
public interface IServiceEndpointProviderFactory
{
    /// <summary>Makes a provider for <paramref name="query"/>; false when this kind of provider has no answer to it.</summary>
    bool TryCreateProvider(ServiceEndpointQuery query, [NotNullWhen(true)] out IServiceEndpointProvider? provider);
}
