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

        // StackExchange.Redis separates the parts of a connection string by commas, so no special characters.
        var redis = new RedisResource(
            name,
            password?.Resource ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false));
        var healthCheck = $"{name}_check";
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(healthCheck, _ => new RedisHealthCheck(redis), failureStatus: null, tags: null));
        return builder.AddResource(redis)
            .WithEndpoint(port: port, targetPort: 6379, scheme: "redis", name: RedisResource.EndpointName)
            .WithHealthCheck(healthCheck)
            .WithAnnotation(new LocalProcessAnnotation(context => RedisServer.CreateLaunchAsync(redis, context)));
    }

    /// <summary>Takes another password; none, if it is null.</summary>
    public static IResourceBuilder<RedisResource> WithPassword(this IResourceBuilder<RedisResource> builder, IResourceBuilder<ParameterResource>? password)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.SetPassword(password?.Resource);
        return builder;
    }

    /// <summary>Takes another port; a random one, if it is null.</summary>
    public static IResourceBuilder<RedisResource> WithHostPort(this IResourceBuilder<RedisResource> builder, int? port) =>
        builder.WithEndpoint(RedisResource.EndpointName, endpoint => endpoint.Port = port);

    /// <summary>Keeps the data between runs, in a folder of the application's data folder.</summary>
    public static IResourceBuilder<RedisResource> WithDataVolume(this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false)
    {
        if (name is not null && (Path.GetFileName(name) != name || name.StartsWith('.')))
        {
            throw new ArgumentException($"The volume name '{name}' does not name a folder.", nameof(name));
        }

        return Keep(builder, name, isReadOnly);
    }

    /// <summary>Keeps the data between runs, in a folder.</summary>
    public static IResourceBuilder<RedisResource> WithDataBindMount(this IResourceBuilder<RedisResource> builder, string source, bool isReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        return Keep(builder, Path.GetFullPath(source, builder.ApplicationBuilder.AppHostDirectory), isReadOnly);
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

    private static IResourceBuilder<RedisResource> Keep(IResourceBuilder<RedisResource> builder, string? folder, bool isReadOnly)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.WithAnnotation(new RedisDataAnnotation(folder ?? $"{builder.Resource.Name}-data", isReadOnly), ResourceAnnotationMutationBehavior.Replace);
        return isReadOnly ? builder : builder.WithPersistence();
    }
}
