using System.Collections.Concurrent;
using Microsoft.Extensions.ServiceDiscovery.Resolution;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>Finds a service's endpoints, and remembers them until they change.</summary>
public sealed class ServiceEndpointResolver : IAsyncDisposable
{
    // Names that nobody asks for any more are forgotten, so that names out of requests cannot fill the memory.
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, ServiceLookup> _lookups = new(StringComparer.Ordinal);
    private readonly ServiceLookupFactory _factory;
    private readonly TimeProvider _time;
    private long _swept;
    private volatile bool _disposed;

    internal ServiceEndpointResolver(ServiceLookupFactory factory, TimeProvider time)
    {
        _factory = factory;
        _time = time;
        _swept = time.GetTimestamp();
    }

    /// <summary>The endpoints of the service that <paramref name="serviceName"/> asks for, as <see cref="ServiceEndpointQuery"/> reads it.</summary>
    /// <exception cref="ArgumentException">The name is not of a query's form.</exception>
    /// <exception cref="InvalidOperationException">No provider is registered.</exception>
    public async ValueTask<ServiceEndpointSource> GetEndpointsAsync(string serviceName, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(serviceName);
        await ForgetIdleAsync();

        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            cancellationToken.ThrowIfCancellationRequested();
            var lookup = _lookups.GetOrAdd(serviceName, static (name, factory) => factory.Create(name), _factory);
            if (!lookup.TryEnter())
            {
                // It was forgotten between the look and the entry.
                _lookups.TryRemove(KeyValuePair.Create(serviceName, lookup));
                continue;
            }

            try
            {
                return await lookup.GetAsync(cancellationToken);
            }
            finally
            {
                lookup.Leave();
            }
        }
    }

    /// <summary>Ends all look-ups; later calls throw <see cref="ObjectDisposedException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        foreach (var lookup in _lookups.Values)
        {
            await lookup.DisposeAsync();
        }

        _lookups.Clear();
    }

    private async ValueTask ForgetIdleAsync()
    {
        var swept = Volatile.Read(ref _swept);
        if (_time.GetElapsedTime(swept) < IdleLimit
            || Interlocked.CompareExchange(ref _swept, _time.GetTimestamp(), swept) != swept)
        {
            return;
        }

        foreach (var (name, lookup) in _lookups)
        {
            if (lookup.TryRetire(IdleLimit))
            {
                _lookups.TryRemove(KeyValuePair.Create(name, lookup));
                await lookup.DisposeAsync();
            }
        }
    }
}
