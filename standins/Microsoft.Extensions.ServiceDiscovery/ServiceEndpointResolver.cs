using Microsoft.Extensions.ServiceDiscovery.Resolution;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>Finds a service's endpoints, and remembers them until they change.</summary>
public sealed class ServiceEndpointResolver : IAsyncDisposable
{
    private readonly ServiceLookups _lookups;
    private volatile bool _disposed;

    internal ServiceEndpointResolver(ServiceLookups lookups) => _lookups = lookups;

    /// <summary>The endpoints of the service that <paramref name="serviceName"/> asks for, as <see cref="ServiceEndpointQuery"/> reads it.</summary>
    /// <exception cref="ArgumentException">The name is not of a query's form.</exception>
    /// <exception cref="InvalidOperationException">No provider is registered.</exception>
    public async ValueTask<ServiceEndpointSource> GetEndpointsAsync(string serviceName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(serviceName);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return await _lookups.GetAsync(serviceName, cancellationToken);
    }

    /// <summary>Later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }
}
