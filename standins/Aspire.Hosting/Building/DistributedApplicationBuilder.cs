using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Display;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Publishing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>Builds an application.</summary>
public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _inner;
    private readonly AppHostHooks? _hooks;
    private readonly Lazy<DataFolder> _dataFolder;
    private bool _built;

    /// <summary>Creates a builder.</summary>
    /// <param name="args">The app host's command line: <c>--key value</c> sets configuration.</param>
    public DistributedApplicationBuilder(string[] args)
        : this(new DistributedApplicationOptions { Args = args })
    {
    }

    /// <summary>Creates a builder.</summary>
    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _hooks = AppHostHooks.Current;

        var settings = new HostApplicationBuilderSettings { Args = options.Args };
        _hooks?.OnConstructing(options, settings);

        AppHostAssembly = options.AssemblyName is { } name ? FindAssembly(name) : Assembly.GetEntryAssembly();
        AppHostDirectory = Path.GetFullPath(MetadataOf(AppHostAssembly, "apphostprojectpath") ?? Directory.GetCurrentDirectory());

        // The app host's settings lie beside its project file, wherever it is started from.
        settings.ContentRootPath ??= Directory.Exists(AppHostDirectory) ? AppHostDirectory : null;
        settings.ApplicationName ??= AppHostAssembly?.GetName().Name;
        _inner = new HostApplicationBuilder(settings);

        ExecutionContext = new DistributedApplicationExecutionContext(OperationOf(Configuration));
        _dataFolder = new Lazy<DataFolder>(() => new DataFolder(Configuration["Aspire:Store:Path"] is { Length: > 0 } path
            ? Path.GetFullPath(path, AppHostDirectory)
            : Path.Combine(AppHostDirectory, ".data")));
        AddServices();
        Services.AddSingleton(new DashboardSettings(options, ExecutionContext, Configuration, MetadataOf(AppHostAssembly, "aspiredashboardpath")));
        Services.AddSingleton<DashboardHost>();
    }

    /// <inheritdoc />
    public ConfigurationManager Configuration => _inner.Configuration;

    /// <inheritdoc />
    public string AppHostDirectory { get; }

    /// <inheritdoc />
    public Assembly? AppHostAssembly { get; }

    /// <inheritdoc />
    public IHostEnvironment Environment => _inner.Environment;

    /// <inheritdoc />
    public IServiceCollection Services => _inner.Services;

    /// <inheritdoc />
    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    /// <inheritdoc />
    public DistributedApplicationExecutionContext ExecutionContext { get; }

    /// <inheritdoc />
    public IResourceCollection Resources { get; } = new ResourceCollection();

    /// <inheritdoc />
    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    /// <inheritdoc />
    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource => new ResourceBuilder<T>(this, resource);

    /// <inheritdoc />
    public DistributedApplication Build()
    {
        if (_built)
        {
            throw new InvalidOperationException("The application has been built already.");
        }

        _built = true;
        _hooks?.OnBuilding(this);
        var application = new DistributedApplication(_inner.Build(), _hooks);
        _hooks?.OnBuilt(application);
        return application;
    }

    private static DistributedApplicationOperation OperationOf(ConfigurationManager configuration)
    {
        var operation = configuration["operation"] ?? configuration["AppHost:Operation"];
        return string.Equals(operation, "publish", StringComparison.OrdinalIgnoreCase)
            || (operation is null && !string.IsNullOrEmpty(configuration["publisher"] ?? configuration["Publishing:Publisher"]))
                ? DistributedApplicationOperation.Publish
                : DistributedApplicationOperation.Run;
    }

    private static Assembly? FindAssembly(string name) =>
        AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(a => a.GetName().Name == name) ?? Assembly.Load(name);

    private static string? MetadataOf(Assembly? assembly, string key) =>
        assembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(m => string.Equals(m.Key, key, StringComparison.OrdinalIgnoreCase))?.Value;

    private void AddServices()
    {
        Services.AddSingleton(Eventing);
        Services.AddSingleton(ExecutionContext);
        Services.AddSingleton(new DistributedApplicationModel(Resources));
        Services.AddSingleton<ResourceLoggerService>();
        Services.AddSingleton(services => new ResourceNotificationService(
            services.GetRequiredService<IHostApplicationLifetime>(),
            services.GetRequiredService<DistributedApplicationModel>(),
            services.GetRequiredService<ResourceLoggerService>()));
        Services.AddSingleton(services => new ResourceCommandService(services.GetRequiredService<ResourceNotificationService>(), services));
        Services.AddSingleton(new AppHostInfo(AppHostAssembly, _dataFolder));
        Services.AddSingleton<Orchestrator>();
        Services.AddSingleton<HealthMonitor>();
        Services.AddSingleton<ResourceConfiguration>();
        Services.AddSingleton<ManifestPublisher>();
        Services.AddHealthChecks();
        Services.AddHttpClient();

        // ConsoleRun handles signals: the first one stops the application, the second one ends it at once.
        Services.AddSingleton<IHostLifetime, NoSignalsLifetime>();

        // The resources' states say the same.
        _inner.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        _inner.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
        _inner.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);

        // ConsoleOutput owns the console, so the app host's own log goes through it.
        _inner.Logging.ClearProviders();
        if (_hooks is null)
        {
            Services.AddSingleton<ConsoleOutput>();
            Services.AddSingleton<ILoggerProvider, ConsoleOutputLoggerProvider>();
        }

        Services.Configure<HealthCheckPublisherOptions>(o => o.Predicate = _ => false);
    }

    private sealed class NoSignalsLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
