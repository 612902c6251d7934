using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The state of a resource, or of one of its replicas.</summary>
public class ResourceEvent
{
    /// <summary>Creates the event.</summary>
    public ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
    {
        Resource = resource;
        ResourceId = resourceId;
        Snapshot = snapshot;
    }

    /// <summary>The resource.</summary>
    public IResource Resource { get; }

    /// <summary>The resource's name, and for one with processes a suffix that tells its replicas apart.</summary>
    public string ResourceId { get; }

    /// <summary>The state.</summary>
    public CustomResourceSnapshot Snapshot { get; }
}

/// <summary>Keeps the state of every resource, and publishes changes.</summary>
public class ResourceNotificationService : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Channel<ResourceEvent>> _watchers = [];
    private readonly CancellationTokenSource _disposing = new();
    private readonly DistributedApplicationModel _model;
    private readonly ResourceLoggerService _resourceLoggerService;
    private readonly CancellationTokenSource _stopping;

    internal ResourceNotificationService(IHostApplicationLifetime hostApplicationLifetime, DistributedApplicationModel model, ResourceLoggerService resourceLoggerService)
    {
        _model = model;
        _resourceLoggerService = resourceLoggerService;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(hostApplicationLifetime.ApplicationStopping, _disposing.Token);
    }

    /// <summary>The last state of every resource.</summary>
    internal IReadOnlyList<ResourceEvent> Current
    {
        get
        {
            lock (_lock)
            {
                return [.. _current.Values];
            }
        }
    }

    /// <summary>Changes the state of a resource, in all its replicas.</summary>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        foreach (var id in InstanceIds(resource))
        {
            Publish(resource, id, stateFactory);
        }

        return Task.CompletedTask;
    }

    /// <summary>Changes the state of one replica.</summary>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        Publish(resource, resourceId, stateFactory);
        return Task.CompletedTask;
    }

    /// <summary>Gets the state of a resource by its id, or by its name if it has one replica.</summary>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        lock (_lock)
        {
            if (_current.TryGetValue(resourceId, out resourceEvent))
            {
                return true;
            }

            ResourceEvent[] byName = [.. _current.Values.Where(e => string.Equals(e.Resource.Name, resourceId, StringComparison.OrdinalIgnoreCase))];
            resourceEvent = byName is [var only] ? only : null;
            return resourceEvent is not null;
        }
    }

    /// <summary>Reads the state of every resource, and then every change.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Unbounded: a snapshot is small, changes are few, and none may be missed.
        var channel = Channel.CreateUnbounded<ResourceEvent>(new UnboundedChannelOptions { SingleReader = true });
        lock (_lock)
        {
            foreach (var known in _current.Values)
            {
                channel.Writer.TryWrite(known);
            }

            _watchers.Add(channel);
        }

        try
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
            await foreach (var change in channel.Reader.ReadAllAsync(ending.Token))
            {
                yield return change;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(channel);
            }
        }
    }

    /// <summary>Waits until a resource is in a state; <c>Running</c> by default.</summary>
    public async Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default) =>
        await WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits until a resource is in one of some states, and returns that state.</summary>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        string[] states = [.. targetStates];
        var reached = await WaitForResourceAsync(
            resourceName,
            e => e.Snapshot.State is { } state && states.Contains(state.Text, StringComparer.OrdinalIgnoreCase),
            cancellationToken);
        return reached.Snapshot.State!.Text;
    }

    /// <summary>Waits until a condition is true of a resource, or of one of its replicas.</summary>
    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        ResourceEvent? last = null;
        try
        {
            await foreach (var change in WatchAsync(ending.Token))
            {
                if (string.Equals(change.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase))
                {
                    last = change;
                    if (predicate(change))
                    {
                        return change;
                    }
                }
            }
        }
        catch (OperationCanceledException exception)
        {
            throw new OperationCanceledException(
                $"The wait for the resource '{resourceName}' was cancelled; {Describe(last)}.",
                exception,
                cancellationToken.IsCancellationRequested ? cancellationToken : ending.Token);
        }

        throw new OperationCanceledException($"The application stopped while the resource '{resourceName}' was waited for; {Describe(last)}.");
    }

    /// <summary>Waits until a resource is healthy.</summary>
    /// <exception cref="DistributedApplicationException">There is no such resource, it ended, or it could not be started.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
    {
        if (!_model.Resources.TryGetByName(resourceName, out _))
        {
            throw new DistributedApplicationException($"There is no resource '{resourceName}' to wait for.");
        }

        var reached = await WaitForResourceAsync(resourceName, e => IsReady(e.Snapshot) || IsOver(e.Snapshot), cancellationToken);
        return IsReady(reached.Snapshot)
            ? reached
            : throw new DistributedApplicationException($"The resource '{resourceName}' cannot become healthy; {Describe(reached)}.");
    }

    /// <summary>Waits until everything that a resource waits for is ready.</summary>
    /// <exception cref="DistributedApplicationException">Something of it has failed.</exception>
    internal async Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken)
    {
        WaitAnnotation[] waits = [.. resource.Annotations.OfType<WaitAnnotation>().Where(w => w.Resource is not ParameterResource)];
        await Task.WhenAll(waits.SelectMany(wait => InstanceIds(wait.Resource), (wait, id) => WaitForAsync(resource, wait, id, cancellationToken)));
    }

    /// <inheritdoc />
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (_disposing.IsCancellationRequested)
        {
            return;
        }

        _disposing.Cancel();
        lock (_lock)
        {
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryComplete();
            }
        }
    }

    /// <summary>A resource's state for a message: what it is in, and why.</summary>
    internal static string Describe(ResourceEvent? resourceEvent)
    {
        if (resourceEvent is not { Snapshot: var snapshot })
        {
            return "nothing is known of it";
        }

        var state = $"it is in the state {snapshot.State?.Text ?? "unknown"}";
        if (snapshot.State?.Text == KnownResourceStates.Running && snapshot.HealthStatus is { } health)
        {
            state += $" ({health})";
        }

        if (snapshot.ExitCode is { } exitCode)
        {
            state += string.Create(CultureInfo.InvariantCulture, $" (exit code {exitCode})");
        }

        return snapshot.Reason is null ? state : $"{state}: {snapshot.Reason}";
    }

    private static bool IsReady(CustomResourceSnapshot snapshot) => snapshot.HealthStatus == HealthStatus.Healthy && snapshot.IsReady;

    private static bool IsOver(CustomResourceSnapshot snapshot) =>
        snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text);

    private static IReadOnlyList<string> InstanceIds(IResource resource) =>
        resource.TryGetLastAnnotation<Orchestration.InstancesAnnotation>(out var instances) ? instances.Ids : [resource.Name];

    private async Task WaitForAsync(IResource resource, WaitAnnotation wait, string id, CancellationToken cancellationToken)
    {
        var dependency = wait.Resource;
        var logger = _resourceLoggerService.GetLogger(resource);
        var purpose = wait.WaitType switch
        {
            WaitType.WaitUntilHealthy => "to be healthy",
            WaitType.WaitForCompletion => "to complete",
            _ => "to start",
        };
        LogWaiting(logger, dependency.Name, purpose);

        var reached = await WaitForResourceAsync(
            dependency.Name,
            e => e.ResourceId == id && wait.WaitType switch
            {
                WaitType.WaitUntilHealthy => IsReady(e.Snapshot) || IsOver(e.Snapshot),
                WaitType.WaitForCompletion => IsOver(e.Snapshot),
                _ => e.Snapshot.State?.Text == KnownResourceStates.Running || IsOver(e.Snapshot),
            },
            cancellationToken);

        var came = wait.WaitType == WaitType.WaitForCompletion
            ? reached.Snapshot.State!.Text != KnownResourceStates.FailedToStart && (reached.Snapshot.ExitCode ?? wait.ExitCode) == wait.ExitCode
            : !IsOver(reached.Snapshot);
        if (!came)
        {
            var expected = wait.WaitType == WaitType.WaitForCompletion ? $" (exit code {wait.ExitCode} was expected)" : "";
            throw new DistributedApplicationException(
                $"it waited for '{dependency.Name}' {purpose}, but {Describe(reached)}{expected}");
        }
    }

    private void Publish(IResource resource, string id, Func<CustomResourceSnapshot, CustomResourceSnapshot> change)
    {
        lock (_lock)
        {
            var before = _current.TryGetValue(id, out var known) ? known.Snapshot : InitialSnapshot(resource);
            var now = new ResourceEvent(resource, id, change(before));
            _current[id] = now;
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryWrite(now);
            }
        }
    }

    private static CustomResourceSnapshot InitialSnapshot(IResource resource) =>
        new()
        {
            ResourceType = resource switch
            {
                ProjectResource => "Project",
                ExecutableResource => "Executable",
                ContainerResource => "Container",
                ParameterResource => "Parameter",
                _ => resource.GetType().Name,
            },
            Properties = [],
            CreationTimeStamp = DateTime.UtcNow,
            HealthReports = [.. resource.Annotations.OfType<HealthCheckAnnotation>().Select(h => new HealthReportSnapshot(h.Key, null, null, null))],
        };

    private static void LogWaiting(ILogger logger, string dependency, string purpose)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
#pragma warning disable CA1848 // Once a dependency and a start.
            logger.LogInformation("Waiting for '{Dependency}' {Purpose}.", dependency, purpose);
#pragma warning restore CA1848
        }
    }
}
