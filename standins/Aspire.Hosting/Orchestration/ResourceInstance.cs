using System.Collections.Immutable;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Orchestration;

/// <summary>One replica of a resource that runs as a process.</summary>
internal sealed class ResourceInstance(Orchestrator orchestrator, IResource resource, string id, int replica, int replicas) : IDisposable
{
    private const int LinesInReason = 3;

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _commands = new(1, 1);
    private readonly Lock _lock = new();
    private CancellationTokenSource _run = new();
    private Task _running = Task.CompletedTask;
    private ChildProcess? _process;
    private bool _stopRequested;

    public IResource Resource { get; } = resource;

    public string Id { get; } = id;

    public int Replica { get; } = replica;

    public bool IsAlive => _process is { Exit.IsCompleted: false };

    /// <summary>Whether the replica can get connections.</summary>
    public (bool Running, bool Healthy) Usability =>
        orchestrator.Notifications.TryGetCurrentState(Id, out var known) && known.Snapshot.State?.Text == KnownResourceStates.Running
            ? (true, known.Snapshot.HealthStatus == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy)
            : (false, false);

    private bool HasEnded =>
        orchestrator.Notifications.TryGetCurrentState(Id, out var known) && KnownResourceStates.TerminalStates.Contains(known.Snapshot.State?.Text);

    /// <summary>Starts the replica in the background, once what it waits for is ready.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            _stopRequested = false;
            _run.Dispose();
            _run = new CancellationTokenSource();
            _running = RunAsync(_run.Token);
        }
    }

    public async Task<ExecuteCommandResult> StartAsync(CancellationToken cancellationToken)
    {
        await _commands.WaitAsync(cancellationToken);
        try
        {
            if (!_running.IsCompleted && !HasEnded)
            {
                return CommandResults.Success();
            }

            // Whoever sees that it has ended may be quicker than its end.
            await _running;
            Begin();
            return await StartedAsync(cancellationToken);
        }
        finally
        {
            _commands.Release();
        }
    }

    public async Task<ExecuteCommandResult> RestartAsync(CancellationToken cancellationToken)
    {
        await _commands.WaitAsync(cancellationToken);
        try
        {
            await StopCoreAsync();
            Begin();
            return await StartedAsync(cancellationToken);
        }
        finally
        {
            _commands.Release();
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _commands.WaitAsync(cancellationToken);
        try
        {
            await StopCoreAsync();
        }
        finally
        {
            _commands.Release();
        }
    }

    /// <summary>Sends SIGTERM, and returns a task that ends with the process.</summary>
    public Task BeginStop()
    {
        lock (_lock)
        {
            _stopRequested = true;
            _run.Cancel();
            if (IsAlive)
            {
                Update(s => s with { State = KnownResourceStates.Stopping });
                _process!.Terminate();
            }

            return _running;
        }
    }

    public void Dispose()
    {
        _run.Dispose();
        _commands.Dispose();
    }

    private async Task StopCoreAsync()
    {
        var ended = BeginStop();
        if (await Task.WhenAny(ended, Task.Delay(StopWithin)) != ended)
        {
            _process?.Kill();
        }

        await ended;
    }

    private async Task<ExecuteCommandResult> StartedAsync(CancellationToken cancellationToken)
    {
        var reached = await orchestrator.Notifications.WaitForResourceAsync(
            Resource.Name,
            e => e.ResourceId == Id && e.Snapshot.State?.Text is { } state
                && (state == KnownResourceStates.Running || KnownResourceStates.TerminalStates.Contains(state)),
            cancellationToken);
        return reached.Snapshot.State!.Text == KnownResourceStates.Running || reached.Snapshot.ExitCode == 0
            ? CommandResults.Success()
            : CommandResults.Failure($"'{Resource.Name}' did not start: {ResourceNotificationService.Describe(reached)}.");
    }

    private void Update(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) =>
        _ = orchestrator.Notifications.PublishUpdateAsync(Resource, Id, change);

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Before anything is awaited, so that StartedAsync does not see the state of the run before.
            Update(s => s with
            {
                State = Resource.HasAnnotationOfType<WaitAnnotation>() ? KnownResourceStates.Waiting : KnownResourceStates.Starting,
                Reason = null,
                ExitCode = null,
                IsReady = false,
                HealthReports = [.. s.HealthReports.Select(r => r with { Status = null, Description = null, ExceptionText = null })],
            });

            // Leaves the lock that Begin holds.
            await Task.Yield();
            await orchestrator.Notifications.WaitForDependenciesAsync(Resource, cancellationToken);
            Update(s => s with { State = KnownResourceStates.Starting });

            await LaunchAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Update(s => s with { State = KnownResourceStates.Exited });
            return;
        }
        catch (Exception exception)
        {
            // The others go on.
            Fail(exception);
            return;
        }

        await WatchAsync();
    }

    private async Task LaunchAsync(CancellationToken cancellationToken)
    {
        var environment = await orchestrator.Configuration.GetEnvironmentAsync(Resource, cancellationToken);
        foreach (var (name, value) in environment.ToArray())
        {
            environment[name] = Fill(value);
        }

        List<string> arguments = [.. (await ResourceConfiguration.GetArgumentsAsync(Resource, cancellationToken)).Select(Fill)];
        var launch = Resource switch
        {
            ProjectResource project => ProjectLaunchPlan.Create(project, orchestrator.AppHost, arguments),
            ExecutableResource executable => new Launch(executable.Command, arguments, executable.WorkingDirectory),
            _ when Resource.TryGetLastAnnotation<LocalProcessAnnotation>(out var local) =>
                await local.CreateLaunch(new LaunchContext(orchestrator.AppHost.DataFolder.Value, TargetPort, arguments, cancellationToken)),
            _ => throw new DistributedApplicationException("it needs a container, which this build cannot run"),
        };

        cancellationToken.ThrowIfCancellationRequested();
        var process = orchestrator.Processes.Start(launch, environment, (line, isError) => orchestrator.Loggers.Write(Id, line, isError));
        lock (_lock)
        {
            _process = process;
            if (_stopRequested)
            {
                process.Terminate();
            }
        }

        var properties = new List<ResourcePropertySnapshot>
        {
            new(KnownProperties.ExecutablePath, launch.Command),
            new(KnownProperties.ExecutableWorkDir, launch.WorkingDirectory),
            new(KnownProperties.ExecutableArgs, ImmutableArray.CreateRange(launch.Arguments)) { IsSensitive = true },
            new(KnownProperties.ExecutablePid, process.Pid),
        };
        if (Resource is ProjectResource ran)
        {
            properties.Add(new(KnownProperties.ProjectPath, ProjectLaunch.MetadataOf(ran).ProjectPath));
        }

        if (launch.Source is not null)
        {
            properties.Add(new(CustomResourceKnownProperties.Source, launch.Source));
        }

        if (Resource is IResourceWithConnectionString connected)
        {
            properties.Add(new(CustomResourceKnownProperties.ConnectionString, await connected.GetConnectionStringAsync(cancellationToken)) { IsSensitive = true });
        }

        Update(s => s with
        {
            State = KnownResourceStates.Running,
            StartTimeStamp = DateTime.UtcNow,
            StopTimeStamp = null,
            Properties = [.. properties],
            EnvironmentVariables = [.. environment.Select(v => new EnvironmentVariableSnapshot(v.Key, v.Value, true))],
            Urls = [.. s.Urls.Select(u => u with { IsInactive = false })],
        });
    }

    private async Task WatchAsync()
    {
        var process = _process!;
        using var monitoring = new CancellationTokenSource();
        var health = MonitorAsync(monitoring.Token);
        var exitCode = await process.Exit;
        await monitoring.CancelAsync();
        await health;

        var wasReady = orchestrator.Notifications.TryGetCurrentState(Id, out var before) && before.Snapshot.IsReady;
        var crashed = !_stopRequested && exitCode != 0;
        var lastOutput = crashed ? LastOutput() : null;
        Update(s => s with
        {
            State = _stopRequested || exitCode != 0 ? KnownResourceStates.Exited : KnownResourceStates.Finished,
            ExitCode = exitCode,
            StopTimeStamp = DateTime.UtcNow,
            IsReady = false,

            // The last output tells why it did not start. Of one that was up it may be anything, and is in the log above.
            Reason = wasReady ? null : lastOutput,
            Properties = [.. s.Properties.Where(p => p.Name != KnownProperties.ExecutablePid)],
            Urls = [.. s.Urls.Select(u => u with { IsInactive = true })],
        });
        if (crashed)
        {
            var reason = string.Create(CultureInfo.InvariantCulture, $"exit code {exitCode}");
            orchestrator.OnCrash(this, wasReady, lastOutput is null ? reason : $"{reason}, {lastOutput}");
        }
    }

    private async Task MonitorAsync(CancellationToken cancellationToken)
    {
        try
        {
            Func<EndpointAnnotation, int?>? ports = replicas > 1 ? endpoint => orchestrator.Endpoints.TargetPort(endpoint, Replica) : null;
            await orchestrator.Health.RunAsync(Resource, Id, ports, announces: Replica == 0, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process has ended.
        }
        catch (Exception exception)
        {
            orchestrator.Loggers.Write(Id, $"A subscriber to ResourceReadyEvent failed: {exception.Message}", isError: true);
        }
    }

    private string? LastOutput()
    {
        var lines = orchestrator.Loggers.LastLines(Id, LinesInReason).Select(l => l.Trim()).Where(l => l.Length > 0);
        var last = Display.PlainText.From(string.Join(" / ", lines));
        return last.Length == 0 ? null : $"last output: {last}";
    }

    private void Fail(Exception exception)
    {
        orchestrator.Loggers.Write(Id, $"It could not be started: {exception.Message}", isError: true);
        Update(s => s with { State = KnownResourceStates.FailedToStart, Reason = exception.Message });
        orchestrator.OnStartFailure(this, exception.Message);
    }

    private string Fill(string value) => orchestrator.Endpoints.Fill(value, Resource, Id, Replica);

    private int TargetPort(string endpointName) =>
        orchestrator.Endpoints.TargetPort(Resource.Annotations.OfType<EndpointAnnotation>().Single(e => e.Name == endpointName), Replica);
}
