using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Orchestration;

/// <summary>Starts an application's resources on this machine, and stops them.</summary>
internal sealed class Orchestrator : IAsyncDisposable
{
    // How long one resource may keep those waiting that end after it, and how long all of them have together.
    private static readonly TimeSpan TurnToStop = TimeSpan.FromMilliseconds(1_500);
    private static readonly TimeSpan AllStopWithin = TimeSpan.FromMilliseconds(3_500);

    private readonly DistributedApplicationModel _model;
    private readonly DistributedApplicationExecutionContext _executionContext;
    private readonly List<ResourceInstance> _instances = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _background = [];
    private readonly TaskCompletionSource<string> _startFailure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _disposed;

    public Orchestrator(
        DistributedApplicationModel model,
        DistributedApplicationExecutionContext executionContext,
        AppHostInfo appHost,
        IConfiguration configuration,
        ResourceConfiguration resourceConfiguration,
        ResourceNotificationService notifications,
        ResourceLoggerService loggers,
        IDistributedApplicationEventing eventing,
        HealthMonitor health,
        IServiceProvider services)
    {
        _model = model;
        _executionContext = executionContext;
        AppHost = appHost;
        Configuration = resourceConfiguration;
        Notifications = notifications;
        Loggers = loggers;
        Eventing = eventing;
        Health = health;
        Services = services;
        Processes = new ChildProcesses(appHost.DataFolder);
        Endpoints = new Endpoints(configuration.GetValue("DcpPublisher:RandomizePorts", false));
    }

    public AppHostInfo AppHost { get; }

    public ResourceConfiguration Configuration { get; }

    public ResourceNotificationService Notifications { get; }

    public ResourceLoggerService Loggers { get; }

    public IDistributedApplicationEventing Eventing { get; }

    public HealthMonitor Health { get; }

    public IServiceProvider Services { get; }

    public Endpoints Endpoints { get; }

    public ChildProcesses Processes { get; }

    /// <summary>Ends with the reason when a resource fails that was never ready.</summary>
    public Task<string> StartFailure => _startFailure.Task;

    /// <summary>Whether all resources have been ready. What fails after that is a crash, not a failed start.</summary>
    public bool HasBeenReady { get; set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_executionContext.IsPublishMode)
        {
            throw new DistributedApplicationException("it is published, not run; without --publisher and --operation publish it runs");
        }

        if (WaitCycle.Find(_model.Resources) is { } cycle)
        {
            throw new DistributedApplicationException($"these resources wait for each other in a circle: {string.Join(" -> ", cycle)}");
        }

        AppHost.DataFolder.Value.Open();
        await Reaper.WaitForFormerAsync(AppHost.DataFolder.Value, cancellationToken);
        Services.GetRequiredService<Dashboard.DashboardHost>().Prepare(); // The former had one too, on the same ports.
        await ResolveParametersAsync(cancellationToken);

        foreach (var resource in _model.Resources.Where(RunsAsProcess))
        {
            var replicas = resource.GetReplicaCount();
            string[] ids = [.. Enumerable.Range(0, replicas).Select(_ => InstancesAnnotation.NewId(resource.Name))];
            resource.Annotations.Add(new InstancesAnnotation(ids));
            Endpoints.Allocate(resource, Math.Max(replicas, 1));
            _instances.AddRange(ids.Select((id, i) => new ResourceInstance(this, resource, id, i, replicas)));
        }

        Endpoints.Listen(UsableReplicas);
        foreach (var resource in _model.Resources.ToArray())
        {
            await AnnounceAsync(resource);
        }

        foreach (var instance in _instances)
        {
            instance.Begin();
        }

        foreach (var resource in _model.Resources.Where(r => !RunsAsProcess(r) && r is not ParameterResource))
        {
            _background.Add(RunWithoutProcessAsync(resource, _stopping.Token));
        }
    }

    /// <summary>Stops everything within five seconds: what nothing depends on first, then what the others depended on.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        using var timeLimit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeLimit.CancelAfter(AllStopWithin);

        var ended = new Dictionary<ResourceInstance, Task>();
        var left = _instances.ToList();
        while (left.Count > 0)
        {
            var needed = left.SelectMany(i => DependenciesOf(i.Resource)).ToHashSet();
            List<ResourceInstance> turn = [.. left.Where(i => !needed.Contains(i.Resource))];
            if (turn.Count == 0)
            {
                turn = [.. left];
            }

            foreach (var instance in turn)
            {
                ended[instance] = instance.BeginStop();
                left.Remove(instance);
            }

            await WaitAsync(Task.WhenAll(turn.Select(i => ended[i])), TurnToStop, timeLimit.Token);
        }

        var all = Task.WhenAll(ended.Values);
        await WaitAsync(all, AllStopWithin, timeLimit.Token);
        Processes.KillAll();
        await all;
        await Task.WhenAll(_background);
    }

    public async Task<ExecuteCommandResult> ExecuteCommandAsync(string instanceId, string command, CancellationToken cancellationToken)
    {
        if (_instances.FirstOrDefault(i => string.Equals(i.Id, instanceId, StringComparison.OrdinalIgnoreCase)) is not { } instance)
        {
            return CommandResults.Failure($"'{instanceId}' has no process, and so no command '{command}'.");
        }

        if (command == KnownResourceCommands.StopCommand)
        {
            await instance.StopAsync(cancellationToken);
            return CommandResults.Success();
        }

        return command == KnownResourceCommands.StartCommand ? await instance.StartAsync(cancellationToken)
            : command == KnownResourceCommands.RestartCommand ? await instance.RestartAsync(cancellationToken)
            : CommandResults.Failure($"There is no command '{command}'.");
    }

    public void OnStartFailure(ResourceInstance instance, string reason)
    {
        // What only waited for something that failed is not the cause.
        if (!HasBeenReady && !WaitsForFailure(instance.Resource))
        {
            _startFailure.TrySetResult($"{instance.Resource.Name}: {reason}");
        }
    }

    public void OnCrash(ResourceInstance instance, bool wasReady, string reason)
    {
        var neverReady = instance.Resource.HasAnnotationOfType<HealthCheckAnnotation>() ? !wasReady : !IsAwaitedToEnd(instance.Resource);
        if (!HasBeenReady && neverReady)
        {
            _startFailure.TrySetResult($"{instance.Resource.Name} ended while it was starting: {reason}");
        }

        if (wasReady)
        {
            var start = Services.GetService<Dashboard.DashboardSettings>() is { IsUsed: true } ? "start it in the dashboard, or " : "";
            var advice = $"It ended and is not started again. To have it back, {start}stop everything (Ctrl+C) and run the same command; stored data is kept.";
            Loggers.Write(instance.Id, advice, isError: false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stopping.CancelAsync();
        await Processes.DisposeAsync();
        _instances.ForEach(i => i.Dispose());
        await Endpoints.DisposeAsync();
        if (AppHost.DataFolder.IsValueCreated)
        {
            AppHost.DataFolder.Value.Dispose();
        }

        _stopping.Dispose();
    }

    private static bool RunsAsProcess(IResource resource) =>
        resource is ProjectResource or ExecutableResource or ContainerResource;

    private static IEnumerable<IResource> DependenciesOf(IResource resource) => WaitCycle.DependenciesOf(resource)
        .Concat(resource.Annotations.OfType<UseAnnotation>().Select(u => u.Resource))
        .Where(r => r != resource);

    private static async Task WaitAsync(Task task, TimeSpan atMost, CancellationToken cancellationToken)
    {
        try
        {
            await task.WaitAsync(atMost, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // Those that are left are killed later.
        }
    }

    private bool WaitsForFailure(IResource resource) => resource.Annotations.OfType<WaitAnnotation>().Any(w =>
        _instances.Any(i => i.Resource == w.Resource
            && Notifications.TryGetCurrentState(i.Id, out var known)
            && known.Snapshot.State is { } state
            && KnownResourceStates.TerminalStates.Contains(state.Text)
            && (w.WaitType != WaitType.WaitForCompletion || state.Text == KnownResourceStates.FailedToStart)));

    private bool IsAwaitedToEnd(IResource resource) => _model.Resources.Any(r =>
        r.Annotations.OfType<WaitAnnotation>().Any(w => w.Resource == resource && w.WaitType == WaitType.WaitForCompletion && w.ExitCode != 0));

    private List<int> UsableReplicas(IResource resource)
    {
        var replicas = _instances.Where(i => i.Resource == resource).Select(i => (i.Replica, i.Usability)).ToArray();
        var healthy = replicas.Where(r => r.Usability.Healthy).ToArray();
        return [.. (healthy.Length > 0 ? healthy : [.. replicas.Where(r => r.Usability.Running)]).Select(r => r.Replica)];
    }

    private async Task ResolveParametersAsync(CancellationToken cancellationToken)
    {
        foreach (var parameter in _model.Resources.OfType<ParameterResource>())
        {
            string? value;
            try
            {
                value = await parameter.GetValueAsync(cancellationToken);
            }
            catch (InvalidOperationException exception)
            {
                throw new DistributedApplicationException($"the parameter '{parameter.Name}' has no value: {exception.Message}", exception);
            }

            await Notifications.PublishUpdateAsync(parameter, s => s with
            {
                State = KnownResourceStates.Running,
                IsReady = true,
                Properties = [.. s.Properties, new ResourcePropertySnapshot("Value", value) { IsSensitive = parameter.Secret }],
            });
        }
    }

    private async Task AnnounceAsync(IResource resource)
    {
        if (!RunsAsProcess(resource))
        {
            return;
        }

        var urls = ResourceConfiguration.GetUrls(resource);
        await Notifications.PublishUpdateAsync(resource, s => s with
        {
            State = resource.HasAnnotationOfType<WaitAnnotation>() ? KnownResourceStates.Waiting : KnownResourceStates.Starting,
            Urls = [.. urls.Select(u => new UrlSnapshot(u.Endpoint?.EndpointName, u.Url, IsInternal: false) { IsInactive = true })],
        });
    }

    /// <summary>Watches what has a connection string and no process: a database, a connection string itself.</summary>
    private async Task RunWithoutProcessAsync(IResource resource, CancellationToken cancellationToken)
    {
        if (resource is not IResourceWithConnectionString connected)
        {
            return;
        }

        try
        {
            await Notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Starting });
            if (resource is IResourceWithParent child)
            {
                await Notifications.WaitForResourceAsync(child.Parent.Name, KnownResourceStates.Running, cancellationToken);
            }

            await Notifications.WaitForDependenciesAsync(resource, cancellationToken);
            var connectionString = await connected.GetConnectionStringAsync(cancellationToken);
            await Notifications.PublishUpdateAsync(resource, s => s with
            {
                State = KnownResourceStates.Running,
                Properties = [.. s.Properties, new ResourcePropertySnapshot(CustomResourceKnownProperties.ConnectionString, connectionString) { IsSensitive = true }],
            });
            await Health.RunAsync(resource, resource.Name, null, announces: true, cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Exited });
        }
        catch (Exception exception)
        {
            Loggers.Write(resource.Name, $"It could not be started: {exception.Message}", isError: true);
            await Notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.FailedToStart, Reason = exception.Message });
            _startFailure.TrySetResult($"{resource.Name}: {exception.Message}");
        }
    }
}
