using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>
/// Lets Aspire.Hosting.Testing control an app host's entry point. The instance flows with the execution context, so several app hosts can
/// run in one process.
/// </summary>
internal abstract class AppHostHooks
{
    private static readonly AsyncLocal<AppHostHooks?> CurrentHooks = new();

    public static AppHostHooks? Current
    {
        get => CurrentHooks.Value;
        set => CurrentHooks.Value = value;
    }

    /// <summary>Called before the builder is made.</summary>
    public abstract void OnConstructing(DistributedApplicationOptions options, HostApplicationBuilderSettings settings);

    /// <summary>Called before the application is built. Returns when it may be.</summary>
    public abstract void OnBuilding(DistributedApplicationBuilder builder);

    public abstract void OnBuilt(DistributedApplication application);

    /// <summary>Called when the entry point starts the application, which the test does in its place. Ends once the test has.</summary>
    public abstract Task OnStartingAsync(CancellationToken cancellationToken);

    /// <summary>Called when the entry point runs the application. Ends once the test has disposed of it.</summary>
    public abstract Task OnRunningAsync(CancellationToken cancellationToken);

    public abstract void OnStarted();

    public abstract void OnDisposed();
}
