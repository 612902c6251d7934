using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Display;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>An application, whose resources run from start to stop.</summary>
public class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost _host;
    private readonly AppHostHooks? _hooks;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _endStart = new();
    private Task? _starting;
    private Task? _stopping;
    private Task? _disposing;

    internal DistributedApplication(IHost host, AppHostHooks? hooks)
    {
        _host = host;
        _hooks = hooks;
    }

    /// <summary>The app host's services.</summary>
    public IServiceProvider Services => _host.Services;

    /// <summary>The states of all resources.</summary>
    public ResourceNotificationService ResourceNotifications => Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>Gives commands to resources.</summary>
    public ResourceCommandService ResourceCommands => Services.GetRequiredService<ResourceCommandService>();

    // True on the entry point's thread, false in the test that runs it.
    private bool InEntryPointUnderTest => _hooks is not null && AppHostHooks.Current == _hooks;

    /// <summary>Creates a builder.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        return new DistributedApplicationBuilder(args);
    }

    /// <summary>
    /// Runs the application until it is told to stop (Ctrl+C, SIGTERM). When it cannot start, one line on the standard error stream says
    /// why, and the exit code is 1. Nothing is left running.
    /// </summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <summary>As <see cref="Run"/>.</summary>
    public virtual async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (InEntryPointUnderTest)
        {
            await _hooks!.OnRunningAsync(cancellationToken);
            return;
        }

        using var run = new ConsoleRun(this);
        await run.RunAsync(cancellationToken);
    }

    /// <summary>Starts the application. Returns before all resources run: some wait for others.</summary>
    /// <exception cref="DistributedApplicationException">It cannot be started.</exception>
    public virtual Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (InEntryPointUnderTest)
        {
            return _hooks!.OnStartingAsync(cancellationToken);
        }

        lock (_lock)
        {
            return _starting ??= StartCoreAsync(cancellationToken);
        }
    }

    /// <summary>Stops all resources and what they started.</summary>
    public virtual Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (InEntryPointUnderTest)
        {
            return _hooks!.OnRunningAsync(cancellationToken);
        }

        lock (_lock)
        {
            return _stopping ??= StopCoreAsync(_starting, cancellationToken);
        }
    }

    /// <inheritdoc />
    public virtual void Dispose()
    {
        GC.SuppressFinalize(this);
        DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <inheritdoc />
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);

        // "using" in an entry point under test must not end what the test still uses.
        if (InEntryPointUnderTest)
        {
            return ValueTask.CompletedTask;
        }

        lock (_lock)
        {
            return new ValueTask(_disposing ??= Task.Run(DisposeCoreAsync));
        }
    }

    private async Task StartCoreAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _endStart.Token);

        // Not with the token: a host whose start is cancelled logs that as an error, and Ctrl+C is none.
        ending.Token.ThrowIfCancellationRequested();
        await _host.StartAsync(CancellationToken.None);
        await Services.GetRequiredService<Orchestrator>().StartAsync(ending.Token);
        Services.GetRequiredService<DashboardHost>().Start();
        _hooks?.OnStarted();
    }

    private async Task StopCoreAsync(Task? starting, CancellationToken cancellationToken)
    {
        // A start that goes on would start more while others are being stopped.
        await _endStart.CancelAsync();
        if (starting is not null)
        {
            await Task.WhenAny(starting);
        }

        // The dashboard last: what ends exports its last telemetry to it.
        var dashboard = Services.GetRequiredService<DashboardHost>();
        dashboard.BeginStop();
        await Services.GetRequiredService<Orchestrator>().StopAsync(cancellationToken);
        await dashboard.StopAsync();
        await _host.StopAsync(cancellationToken);
    }

    private async Task DisposeCoreAsync()
    {
        try
        {
            if (_starting is not null)
            {
                await StopAsync();
            }
        }
        finally
        {
            ResourceNotifications.Dispose();
            await Services.GetRequiredService<Orchestrator>().DisposeAsync();
            if (_host is IAsyncDisposable host)
            {
                await host.DisposeAsync();
            }
            else
            {
                _host.Dispose();
            }

            _endStart.Dispose();
            _hooks?.OnDisposed();
        }
    }
}
