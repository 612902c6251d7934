using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.MongoDB;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds MongoDB servers and their databases.</summary>
public static class MongoDBBuilderExtensions
{
    /// <summary>Adds a MongoDB server with a generated password, which is kept between runs.</summary>
    public static IResourceBuilder<MongoDBServerResource> AddMongoDB(this IDistributedApplicationBuilder builder, string name, int? port) =>
        builder.AddMongoDB(name, port, null, null);

    /// <summary>Adds a MongoDB server.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="name">The resource's name, and the connection string's.</param>
    /// <param name="port">The port that it listens on; a random one by default.</param>
    /// <param name="userName">The user's name; <c>admin</c> by default.</param>
    /// <param name="password">The password; by default one is generated and kept between runs.</param>
    public static IResourceBuilder<MongoDBServerResource> AddMongoDB(
        this IDistributedApplicationBuilder builder,
        string name,
        int? port = null,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var server = new MongoDBServerResource(
            name,
            userName?.Resource,
            password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false));
        return MongoContainer.Describe(builder.AddResource(server))
            .WithEndpoint(port: port, targetPort: 27017, name: MongoDBServerResource.EndpointName)
            .WithHealthCheck(AddHealthCheck(builder, name, server, "admin"))
            .WithAnnotation(new LocalProcessAnnotation(context => MongoServer.CreateLaunchAsync(server, context)));
    }

    /// <summary>Adds a database to a MongoDB server.</summary>
    /// <param name="builder">The server's builder.</param>
    /// <param name="name">The resource's name, and the connection string's.</param>
    /// <param name="databaseName">The database's name; the resource's by default.</param>
    public static IResourceBuilder<MongoDBDatabaseResource> AddDatabase(this IResourceBuilder<MongoDBServerResource> builder, string name, string? databaseName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);
        var database = new MongoDBDatabaseResource(name, databaseName ?? name, builder.Resource);
        builder.Resource.AddDatabase(name, database.DatabaseName);
        return builder.ApplicationBuilder.AddResource(database)
            .WithHealthCheck(AddHealthCheck(builder.ApplicationBuilder, name, builder.Resource, database.DatabaseName));
    }

    /// <summary>Keeps the data between runs, in a folder of the application's data folder.</summary>
    public static IResourceBuilder<MongoDBServerResource> WithDataVolume(this IResourceBuilder<MongoDBServerResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var folder = name ?? $"{builder.Resource.Name}-data";
        if (isReadOnly)
        {
            throw new NotSupportedException("A read-only data volume of MongoDB is not supported.");
        }

        MongoContainer.AddVolume(builder, name);
        return Path.GetFileName(folder) == folder && !folder.StartsWith('.')
            ? builder.WithAnnotation(new MongoDataAnnotation(folder), ResourceAnnotationMutationBehavior.Replace)
            : throw new ArgumentException($"The volume name '{name}' does not name a folder.", nameof(name));
    }

    private static string AddHealthCheck(IDistributedApplicationBuilder builder, string name, MongoDBServerResource server, string database)
    {
        var key = $"{name}_check";

        // A singleton, because it keeps its connection, which is closed with the application.
        builder.Services.AddKeyedSingleton(key, (_, _) => new MongoHealthCheck(server, database));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            key, services => services.GetRequiredKeyedService<MongoHealthCheck>(key), failureStatus: null, tags: null));
        return key;
    }
}
