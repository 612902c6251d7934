using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Microsoft.Extensions.ServiceDiscovery.Resolution;

/// <summary>One service's providers, and what they said last.</summary>
internal sealed partial class ServiceLookup(
    string serviceName, IServiceEndpointProvider[] providers, TimeProvider time, TimeSpan refreshPeriod, ILogger logger) : IAsyncDisposable
{
    private const int Retired = int.MinValue;

    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _lock = new();
    private volatile Found? _found;
    private Task<Found>? _refresh;
    private long _lastUse = time.GetTimestamp();
    private int _users;

    public bool TryEnter()
    {
        while (Volatile.Read(ref _users) is >= 0 and var users)
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
            {
                return true;
            }
        }

        return false;
    }

    public void Leave()
    {
        Volatile.Write(ref _lastUse, time.GetTimestamp());
        Interlocked.Decrement(ref _users);
    }

    /// <summary>Takes it out of use, if nobody is in it and nobody was for <paramref name="idle"/>.</summary>
    public bool TryRetire(TimeSpan idle) =>
        time.GetElapsedTime(Volatile.Read(ref _lastUse)) >= idle && Interlocked.CompareExchange(ref _users, Retired, 0) == 0;

    public async ValueTask<ServiceEndpointSource> GetAsync(CancellationToken cancellationToken)
    {
        if (_found is { Source.ChangeToken.HasChanged: false } found)
        {
            if (!found.Source.ChangeToken.ActiveChangeCallbacks && time.GetElapsedTime(found.At) >= refreshPeriod)
            {
                // Nobody waits for a look that only the clock asks for; should it fail, what is known still stands.
                _ = RefreshAsync(found).ContinueWith(
                    static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }

            return found.Source;
        }

        return (await RefreshAsync(_found).WaitAsync(cancellationToken)).Source;
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        Task? running;
        lock (_lock)
        {
            running = _refresh;
        }

        if (running is not null)
        {
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        foreach (var provider in providers)
        {
            await provider.DisposeAsync();
        }

        // Not disposed: a caller that was let in before may still be about to read the token.
    }

    private Task<Found> RefreshAsync(Found? stale)
    {
        lock (_lock)
        {
            if (_found is { } found && found != stale && !found.Source.ChangeToken.HasChanged)
            {
                return Task.FromResult(found);
            }

            if (_refresh is null or { IsCompleted: true })
            {
                // The look serves all callers, so it must not run inside the first one's trace or locals.
                using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
                {
                    _refresh = Task.Run(FindAsync);
                }
            }

            return _refresh;
        }
    }

    private async Task<Found> FindAsync()
    {
        var token = _ended.Token;
        try
        {
            var builder = new Builder();
            foreach (var provider in providers)
            {
                token.ThrowIfCancellationRequested();
                await provider.PopulateAsync(builder, token);
            }

            var found = new Found(builder.Build(), time.GetTimestamp());
            _found = found;
            LogFound(logger, serviceName, found.Source);
            return found;
        }
        catch (Exception exception) when (!token.IsCancellationRequested)
        {
            LogFailed(logger, exception, serviceName);
            throw;
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Service '{ServiceName}' is at {Endpoints}.")]
    private static partial void LogFound(ILogger logger, string serviceName, ServiceEndpointSource endpoints);

    [LoggerMessage(2, LogLevel.Error, "The look-up of service '{ServiceName}' failed.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string serviceName);

    private sealed record Found(ServiceEndpointSource Source, long At);

    private sealed class Builder : IServiceEndpointBuilder
    {
        private readonly List<ServiceEndpoint> _endpoints = [];
        private readonly List<IChangeToken> _changeTokens = [];

        public IList<ServiceEndpoint> Endpoints => _endpoints;

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public void AddChangeToken(IChangeToken changeToken) => _changeTokens.Add(changeToken);

        public ServiceEndpointSource Build() => new(_endpoints, new CompositeChangeToken(_changeTokens), Features);
    }
}
