using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>
/// Lets Aspire.Hosting.Testing take part in what an app host's entry point does. It flows with the entry point's execution context,
/// so that app hosts in one process do not see each other's.
/// </summary>
internal abstract class AppHostHooks
{
    private static readonly AsyncLocal<AppHostHooks?> CurrentHooks = new();

    public static AppHostHooks? Current
    {
        get => CurrentHooks.Value;
        set => CurrentHooks.Value = value;
    }

    /// <summary>The builder is about to be made.</summary>
    public abstract void OnConstructing(DistributedApplicationOptions options, HostApplicationBuilderSettings settings);

    /// <summary>The application is about to be built. Returns when it may be.</summary>
    public abstract void OnBuilding(DistributedApplicationBuilder builder);

    /// <summary>The application was built.</summary>
    public abstract void OnBuilt(DistributedApplication application);

    /// <summary>The entry point wants to start the application. The test does, so this ends once the test has started it.</summary>
    public abstract Task OnStartingAsync(CancellationToken cancellationToken);

    /// <summary>The entry point runs the application. Ends once the test has disposed of it.</summary>
    public abstract Task OnRunningAsync(CancellationToken cancellationToken);

    /// <summary>The application was started.</summary>
    public abstract void OnStarted();

    /// <summary>The application has stopped and is disposed of.</summary>
    public abstract void OnDisposed();
}
