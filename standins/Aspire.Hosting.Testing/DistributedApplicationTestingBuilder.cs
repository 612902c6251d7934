using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Testing;

/// <summary>
/// Runs an application in a test, on random ports and with a data folder that is deleted with it.
/// </summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Creates a builder for an application that has no app host.</summary>
    public static IDistributedApplicationTestingBuilder Create(params string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var hooks = new TestHooks(Assembly.GetCallingAssembly(), []);
        DistributedApplicationBuilder builder;
        var before = AppHostHooks.Current;
        AppHostHooks.Current = hooks;
        try
        {
            builder = new DistributedApplicationBuilder(args);
        }
        finally
        {
            AppHostHooks.Current = before;
        }

        DistributedApplication? application = null;
        return new TestingBuilder(
            builder,
            _ => Task.FromResult(application = builder.Build()),
            async () =>
            {
                if (application is not null)
                {
                    await application.DisposeAsync();
                }

                hooks.OnDisposed();
            });
    }

    /// <summary>Runs an app host up to the point at which it would build the application.</summary>
    /// <typeparam name="TEntryPoint">A type of the app host's assembly: <c>Projects.</c> and its name.</typeparam>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(CancellationToken cancellationToken = default)
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    /// <summary>Runs an app host with arguments up to the point at which it would build the application.</summary>
    /// <typeparam name="TEntryPoint">A type of the app host's assembly: <c>Projects.</c> and its name.</typeparam>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(string[] args, CancellationToken cancellationToken = default)
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(args);
        return CreateCoreAsync<TEntryPoint>(args, null, cancellationToken);
    }

    /// <summary>Runs an app host with arguments and options up to the point at which it would build the application.</summary>
    /// <typeparam name="TEntryPoint">A type of the app host's assembly: <c>Projects.</c> and its name.</typeparam>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings> configureBuilder, CancellationToken cancellationToken = default)
        where TEntryPoint : class
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(configureBuilder);
        return CreateCoreAsync<TEntryPoint>(args, configureBuilder, cancellationToken);
    }

    private static async Task<IDistributedApplicationTestingBuilder> CreateCoreAsync<TEntryPoint>(
        string[] args, Action<DistributedApplicationOptions, HostApplicationBuilderSettings>? configureBuilder, CancellationToken cancellationToken)
        where TEntryPoint : class
    {
        var run = new EntryPointRun(typeof(TEntryPoint).Assembly, args, configureBuilder);
        try
        {
            return new TestingBuilder(await run.GetBuilderAsync(cancellationToken), run.BuildAsync, run.EndAsync);
        }
        catch
        {
            await run.EndAsync();
            throw;
        }
    }

    private sealed class TestingBuilder(
        DistributedApplicationBuilder builder,
        Func<CancellationToken, Task<DistributedApplication>> build,
        Func<ValueTask> end) : IDistributedApplicationTestingBuilder
    {
        public ConfigurationManager Configuration => builder.Configuration;

        public string AppHostDirectory => builder.AppHostDirectory;

        public Assembly? AppHostAssembly => builder.AppHostAssembly;

        public IHostEnvironment Environment => builder.Environment;

        public IServiceCollection Services => builder.Services;

        public IDistributedApplicationEventing Eventing => builder.Eventing;

        public DistributedApplicationExecutionContext ExecutionContext => builder.ExecutionContext;

        public IResourceCollection Resources => builder.Resources;

        public IResourceBuilder<T> AddResource<T>(T resource)
            where T : IResource => builder.AddResource(resource);

        public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
            where T : IResource => builder.CreateResourceBuilder(resource);

        public DistributedApplication Build() => BuildAsync(CancellationToken.None).GetAwaiter().GetResult();

        public Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default) => build(cancellationToken);

        public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

        public ValueTask DisposeAsync() => end();
    }
}
