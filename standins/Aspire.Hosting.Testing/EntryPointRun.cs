using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// Runs an app host's entry point on a thread of its own. It waits where it would build, start and run the application until the test has
/// done so.
/// </summary>
internal sealed class EntryPointRun : TestHooks
{
    private readonly Assembly _appHost;
    private readonly string[] _args;
    private readonly TaskCompletionSource<DistributedApplicationBuilder> _builder = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _mayBuild = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<DistributedApplication> _application = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public EntryPointRun(Assembly appHost, string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings>? configureBuilder)
        : base(appHost, args, configureBuilder)
    {
        _appHost = appHost;
        _args = args;
        if (_appHost.EntryPoint is null)
        {
            throw new InvalidOperationException($"The assembly '{appHost.GetName().Name}' has no entry point.");
        }
    }

    /// <summary>Starts the entry point, and gets the builder as it is when the application would be built.</summary>
    public Task<DistributedApplicationBuilder> GetBuilderAsync(CancellationToken cancellationToken)
    {
        // In the background: an app host that hangs does not keep the test process alive.
        new Thread(Run) { IsBackground = true, Name = $"{_appHost.GetName().Name} entry point" }.Start();
        return _builder.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Lets the entry point build the application.</summary>
    public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken)
    {
        _mayBuild.TrySetResult();
        return _application.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Disposes of the application, or ends the wait of an entry point that has not built one.</summary>
    public async ValueTask EndAsync()
    {
        if (_mayBuild.TrySetException(new OperationCanceledException("The test disposed of the builder without building the application.")))
        {
            OnDisposed();
        }
        else if (await Task.WhenAny(_application.Task) is { IsCompletedSuccessfully: true } built)
        {
            await (await built).DisposeAsync();
        }
    }

    public override void OnBuilding(DistributedApplicationBuilder builder)
    {
        _builder.TrySetResult(builder);
        _mayBuild.Task.GetAwaiter().GetResult();
    }

    public override void OnBuilt(DistributedApplication application) => _application.TrySetResult(application);

    public override Task OnStartingAsync(CancellationToken cancellationToken) => Task.WhenAny(_started.Task, _ended.Task).WaitAsync(cancellationToken);

    public override Task OnRunningAsync(CancellationToken cancellationToken) => _ended.Task.WaitAsync(cancellationToken);

    public override void OnStarted() => _started.TrySetResult();

    public override void OnDisposed()
    {
        base.OnDisposed();
        _ended.TrySetResult();
    }

    private void Run()
    {
        Current = this;
        try
        {
            _appHost.EntryPoint!.Invoke(null, _appHost.EntryPoint.GetParameters().Length == 0 ? [] : [_args]);
            Fail(new InvalidOperationException("The entry point ended without building an application."));
        }
        catch (TargetInvocationException exception)
        {
            Fail(exception.InnerException ?? exception);
        }
    }

    private void Fail(Exception exception)
    {
        // What is set already stays.
        if (_builder.TrySetException(exception) | _application.TrySetException(exception))
        {
            DeleteDataFolder();
        }
    }
}
