namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>Knows where one service is to be found.</summary>
public interface IServiceEndpointProvider : IAsyncDisposable
{
    /// <summary>Adds what it knows to <paramref name="endpoints"/>; by custom, only when no earlier provider has.</summary>
    ValueTask PopulateAsync(IServiceEndpointBuilder endpoints, CancellationToken cancellationToken);
}
