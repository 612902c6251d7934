using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.MongoDB;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds document stores.</summary>
public static class MongoDBBuilderExtensions
{
    /// <summary>Adds a document store.</summary>
    public static IResourceBuilder<MongoDBServerResource> AddMongoDB(this IDistributedApplicationBuilder builder, string name, int? port) =>
        builder.AddMongoDB(name, port, null, null);

    /// <summary>Adds a document store. It is embedded in its clients, so port, user and password have no effect.</summary>
    public static IResourceBuilder<MongoDBServerResource> AddMongoDB(
        this IDistributedApplicationBuilder builder,
        string name,
        int? port = null,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var store = new MongoDBServerResource(name, userName?.Resource, password?.Resource)
        {
            DataFolder = () => DataFolder.Of(builder),
            FolderName = $"{name}.sock",
        };
        return builder.AddResource(store)
            .WithHealthCheck(AddHealthCheck(builder, name, store))
            .WithAnnotation(new EmbeddedAnnotation(folder =>
            {
                folder.CreateFolder(store.FolderName);
                return Task.CompletedTask;
            }));
    }

    /// <summary>Adds a database to a document store.</summary>
    /// <param name="builder">The store's builder.</param>
    /// <param name="name">The resource's name, and the connection string's.</param>
    /// <param name="databaseName">The database's name; the resource's by default.</param>
    public static IResourceBuilder<MongoDBDatabaseResource> AddDatabase(this IResourceBuilder<MongoDBServerResource> builder, string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var database = new MongoDBDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(name, database.DatabaseName);
        return builder.ApplicationBuilder.AddResource(database)
            .WithHealthCheck(AddHealthCheck(builder.ApplicationBuilder, name, builder.Resource));
    }

    /// <summary>Keeps the data between runs, in a folder of the application's data folder. The embedded store always does.</summary>
    public static IResourceBuilder<MongoDBServerResource> WithDataVolume(this IResourceBuilder<MongoDBServerResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (isReadOnly)
        {
            throw new NotSupportedException("A read-only data volume of MongoDB is not covered.");
        }

        if (name is not null)
        {
            builder.Resource.FolderName = Path.GetFileName(name) == name && !name.StartsWith('.')
                ? name
                : throw new ArgumentException($"The volume name '{name}' does not name a folder.", nameof(name));
        }

        return builder;
    }

    /// <summary>Keeps the data between runs, in a folder.</summary>
    public static IResourceBuilder<MongoDBServerResource> WithDataBindMount(this IResourceBuilder<MongoDBServerResource> builder, string source, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        if (isReadOnly)
        {
            throw new NotSupportedException("A read-only bind mount of MongoDB is not covered.");
        }

        builder.Resource.FolderName = Path.GetFullPath(source, builder.ApplicationBuilder.AppHostDirectory);
        return builder;
    }

    private static string AddHealthCheck(IDistributedApplicationBuilder builder, string name, MongoDBServerResource store)
    {
        var key = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(key, _ => new FolderHealthCheck(() => store.FolderPath), failureStatus: null, tags: null));
        return key;
    }
}
