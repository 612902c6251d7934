using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Grpc.HealthCheck;

/// <summary>Serves <c>grpc.health.v1.Health</c> from what it is told of each service.</summary>
public class HealthServiceImpl : Grpc.Health.V1.Health.HealthBase
{
    // A watcher wants to know how it stands now, so one that reads too slowly misses what came before.
    private const int WatcherBuffer = 5;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ServingStatus> _statuses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ChannelWriter<ServingStatus>>> _watchers = new(StringComparer.Ordinal);

    /// <summary>Tells how it stands with <paramref name="service"/>; the empty name is the server's.</summary>
    public void SetStatus(string service, HealthCheckResponse.Types.ServingStatus status)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (_lock)
        {
            var previous = Status(service);
            _statuses[service] = status;
            Notify(service, previous, status);
        }
    }

    /// <summary>Forgets a service.</summary>
    public void ClearStatus(string service)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (_lock)
        {
            if (_statuses.Remove(service, out var previous))
            {
                Notify(service, previous, ServingStatus.ServiceUnknown);
            }
        }
    }

    /// <summary>Forgets all services.</summary>
    public void ClearAll()
    {
        lock (_lock)
        {
            foreach (var service in _statuses.Keys.ToArray())
            {
                _statuses.Remove(service, out var previous);
                Notify(service, previous, ServingStatus.ServiceUnknown);
            }
        }
    }

    /// <summary>How it stands with a service.</summary>
    /// <exception cref="RpcException"><see cref="StatusCode.NotFound"/>: nothing was said of that service.</exception>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        lock (_lock)
        {
            return _statuses.TryGetValue(request.Service, out var status)
                ? Task.FromResult(new HealthCheckResponse { Status = status })
                : throw new RpcException(new Status(StatusCode.NotFound, ""));
        }
    }

    /// <summary>How it stands with a service, now and whenever that changes, until the call is cancelled.</summary>
    public override async Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context)
    {
        var changes = Channel.CreateBounded<ServingStatus>(
            new BoundedChannelOptions(WatcherBuffer) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });
        lock (_lock)
        {
            // Under the lock that changes take, so that none falls between the first answer and the watching.
            changes.Writer.TryWrite(Status(request.Service));
            if (!_watchers.TryGetValue(request.Service, out var watchers))
            {
                _watchers[request.Service] = watchers = [];
            }

            watchers.Add(changes.Writer);
        }

        try
        {
            await foreach (var status in changes.Reader.ReadAllAsync(context.CancellationToken))
            {
                await responseStream.WriteAsync(new HealthCheckResponse { Status = status });
            }
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            // The way a watch ends.
        }
        finally
        {
            Forget(request.Service, changes.Writer);
        }
    }

    private ServingStatus Status(string service) => _statuses.GetValueOrDefault(service, ServingStatus.ServiceUnknown);

    private void Notify(string service, ServingStatus previous, ServingStatus status)
    {
        if (status != previous && _watchers.TryGetValue(service, out var watchers))
        {
            watchers.ForEach(watcher => watcher.TryWrite(status));
        }
    }

    private void Forget(string service, ChannelWriter<ServingStatus> watcher)
    {
        lock (_lock)
        {
            var watchers = _watchers[service];
            watchers.Remove(watcher);
            if (watchers.Count == 0)
            {
                // Clients name services, so what they name is not to pile up.
                _watchers.Remove(service);
            }
        }
    }
}
