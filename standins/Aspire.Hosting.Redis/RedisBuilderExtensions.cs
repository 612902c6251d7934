using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

/// <summary>Adds Redis servers.</summary>
public static class RedisBuilderExtensions
{
    /// <summary>Adds a Redis server with a generated password, which is kept between runs.</summary>
    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, string name, int? port) =>
        builder.AddRedis(name, port, null);

    /// <summary>Adds a Redis server.</summary>
    /// <param name="builder">The application's builder.</param>
    /// <param name="name">The resource's name, and the connection string's.</param>
    /// <param name="port">The port that it listens on; a random one by default.</param>
    /// <param name="password">The password; by default one is generated, and kept between runs.</param>
    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);

        // No special characters: StackExchange.Redis separates the parts of a connection string by commas.
        var redis = new RedisResource(
            name,
            password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false));
        var healthCheck = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(healthCheck, _ => new RedisHealthCheck(redis), failureStatus: null, tags: null));
        return RedisContainer.Describe(builder.AddResource(redis))
            .WithEndpoint(port: port, targetPort: 6379, scheme: "redis", name: RedisResource.EndpointName)
            .WithHealthCheck(healthCheck)
            .WithAnnotation(new LocalProcessAnnotation(context => RedisServer.CreateLaunchAsync(redis, context)));
    }

    /// <summary>Keeps the data between runs, in a folder of the application's data folder.</summary>
    public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var folder = name ?? $"{builder.Resource.Name}-data";
        if (Path.GetFileName(folder) != folder || folder.StartsWith('.'))
        {
            throw new ArgumentException($"The volume name '{name}' does not name a folder.", nameof(name));
        }

        RedisContainer.AddVolume(builder, name, isReadOnly);
        builder.WithAnnotation(new RedisDataAnnotation(folder, isReadOnly), ResourceAnnotationMutationBehavior.Replace);
        return isReadOnly ? builder : builder.WithPersistence();
    }

    /// <summary>Writes the data to disk: every change to the append-only file, and a snapshot now and then.</summary>
    /// <param name="builder">The server's builder.</param>
    /// <param name="interval">How often a snapshot is made; every minute by default.</param>
    /// <param name="keysChangedThreshold">How many keys have to change for it.</param>
    public static IResourceBuilder<RedisResource> WithPersistence(this IResourceBuilder<RedisResource> builder, TimeSpan? interval = null, long keysChangedThreshold = 1)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.WithAnnotation(
            new RedisPersistenceAnnotation(interval ?? TimeSpan.FromMinutes(1), keysChangedThreshold),
            ResourceAnnotationMutationBehavior.Replace);
    }
}
