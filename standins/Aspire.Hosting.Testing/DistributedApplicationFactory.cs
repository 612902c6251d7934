using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>Runs an app host in a test; a class that derives from it may take part in how the application is built.</summary>
public class DistributedApplicationFactory : IDisposable, IAsyncDisposable
{
    private readonly EntryPointRun _run;
    private readonly Lock _lock = new();
    private Task<DistributedApplication>? _starting;
    private DistributedApplication? _started;

    /// <summary>Creates a factory for the app host that <paramref name="entryPoint"/> is a type of.</summary>
    public DistributedApplicationFactory(Type entryPoint)
        : this(entryPoint, [])
    {
    }

    /// <summary>Creates a factory for the app host that <paramref name="entryPoint"/> is a type of.</summary>
    public DistributedApplicationFactory(Type entryPoint, string[] args)
    {
        ArgumentNullException.ThrowIfNull(entryPoint);
        ArgumentNullException.ThrowIfNull(args);
        _run = new EntryPointRun(entryPoint, args, OnBuilderCreating);
    }

    private DistributedApplication Started => _started ?? throw new InvalidOperationException("The application has not been started.");

    /// <summary>Builds and starts the application.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        Task<DistributedApplication> starting;
        lock (_lock)
        {
            starting = _starting ??= StartCoreAsync(cancellationToken);
        }

        await starting;
    }

    /// <summary>Creates a client for an HTTP endpoint of a resource; <c>http</c> or <c>https</c>, if none is named.</summary>
    public HttpClient CreateHttpClient(string resourceName, string? endpointName = null) => Started.CreateHttpClient(resourceName, endpointName);

    /// <summary>Gets a resource's connection string.</summary>
    public ValueTask<string?> GetConnectionString(string resourceName) => Started.GetConnectionStringAsync(resourceName);

    /// <summary>Gets the address of an endpoint of a resource; that of <c>http</c> or <c>https</c>, if none is named.</summary>
    public Uri GetEndpoint(string resourceName, string? endpointName = null) => Started.GetEndpoint(resourceName, endpointName);

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
        return _run.EndAsync();
    }

    /// <summary>The builder is about to be made.</summary>
    protected virtual void OnBuilderCreating(DistributedApplicationOptions applicationOptions, HostApplicationBuilderSettings hostOptions)
    {
    }

    /// <summary>The app host has described the application, and it is about to be built.</summary>
    protected virtual void OnBuilding(DistributedApplicationBuilder applicationBuilder)
    {
    }

    /// <summary>The application was built.</summary>
    protected virtual void OnBuilt(DistributedApplication application)
    {
    }

    private async Task<DistributedApplication> StartCoreAsync(CancellationToken cancellationToken)
    {
        OnBuilding(await _run.GetBuilderAsync(cancellationToken));
        var application = await _run.BuildAsync(cancellationToken);
        OnBuilt(application);
        await application.StartAsync(cancellationToken);
        return _started = application;
    }
}
