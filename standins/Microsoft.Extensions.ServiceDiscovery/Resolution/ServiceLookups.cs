using System.Collections.Concurrent;

namespace Microsoft.Extensions.ServiceDiscovery.Resolution;

/// <summary>The look-ups of all services, made as they are asked for and forgotten when they no longer are.</summary>
internal sealed class ServiceLookups(ServiceLookupFactory factory, TimeProvider time) : IDisposable, IAsyncDisposable
{
    // So that names out of requests cannot fill the memory.
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<string, ServiceLookup> _lookups = new(StringComparer.Ordinal);
    private long _swept = time.GetTimestamp();
    private volatile bool _disposed;

    public async ValueTask<ServiceEndpointSource> GetAsync(string serviceName, CancellationToken cancellationToken)
    {
        await ForgetIdleAsync();

        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            cancellationToken.ThrowIfCancellationRequested();
            var lookup = _lookups.GetOrAdd(serviceName, static (name, factory) => factory.Create(name), factory);
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

    // HTTP clients hold on to this, and their container may be one that is not disposed asynchronously.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

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
        if (time.GetElapsedTime(swept) < IdleLimit
            || Interlocked.CompareExchange(ref _swept, time.GetTimestamp(), swept) != swept)
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
