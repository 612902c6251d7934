using Aspire.MongoDB.Driver;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MongoDB.Driver;
using MongoDB.Driver.Core.Configuration;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers a MongoDB client, its database, a health check and tracing.</summary>
public static class AspireMongoDBDriverExtensions
{
    private const string Section = "Aspire:MongoDB:Driver";

    /// <summary>
    /// Registers an <see cref="IMongoClient"/>, and an <see cref="IMongoDatabase"/> when the connection string names a database.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="connectionName">The connection string's name; a section of this name under <c>Aspire:MongoDB:Driver</c> counts too.</param>
    /// <param name="configureSettings">Changes the settings that were read.</param>
    /// <param name="configureClientSettings">Changes the client's own settings.</param>
    /// <exception cref="InvalidOperationException">When the client is asked for: there is no connection string.</exception>
    public static void AddMongoDBClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<MongoDBSettings>? configureSettings = null,
        Action<MongoClientSettings>? configureClientSettings = null) =>
        Add(builder, connectionName, configureSettings, configureClientSettings, serviceKey: null);

    /// <summary>Registers the same under a service key, which is also the connection string's name.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">The service key and the connection string's name.</param>
    /// <param name="configureSettings">Changes the settings that were read.</param>
    /// <param name="configureClientSettings">Changes the client's own settings.</param>
    public static void AddKeyedMongoDBClient(
        this IHostApplicationBuilder builder,
        string name,
        Action<MongoDBSettings>? configureSettings = null,
        Action<MongoClientSettings>? configureClientSettings = null) =>
        Add(builder, name, configureSettings, configureClientSettings, serviceKey: name);

    private static void Add(
        IHostApplicationBuilder builder,
        string connectionName,
        Action<MongoDBSettings>? configureSettings,
        Action<MongoClientSettings>? configureClientSettings,
        string? serviceKey)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        var settings = Read(builder.Configuration, connectionName);
        configureSettings?.Invoke(settings);

        builder.Services.AddKeyedOrNot<IMongoClient>(
            serviceKey, _ => CreateClient(settings, connectionName, configureClientSettings));
        if (!settings.DisableTracing)
        {
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(MongoTelemetry.ActivitySourceName));
        }

        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
        {
            return;
        }

        var databaseName = MongoUrl.Create(settings.ConnectionString).DatabaseName;
        if (!string.IsNullOrWhiteSpace(databaseName))
        {
            builder.Services.AddKeyedOrNot(serviceKey, services => ClientOf(services, serviceKey).GetDatabase(databaseName));
        }

        if (!settings.DisableHealthChecks)
        {
            AddHealthCheck(builder, connectionName, settings, serviceKey, databaseName);
        }
    }

    private static MongoDBSettings Read(IConfiguration configuration, string connectionName)
    {
        var settings = new MongoDBSettings();
        var section = configuration.GetSection(Section);
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        if (configuration.GetConnectionString(connectionName) is { } connectionString)
        {
            settings.ConnectionString = connectionString;
        }

        return settings;
    }

    private static MongoClient CreateClient(
        MongoDBSettings settings, string connectionName, Action<MongoClientSettings>? configureClientSettings)
    {
        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
        {
            throw new InvalidOperationException(
                $"ConnectionString is missing. It should be provided in 'ConnectionStrings:{connectionName}' or under the "
                + $"'ConnectionString' key in '{Section}' configuration section.");
        }

        var clientSettings = MongoClientSettings.FromConnectionString(settings.ConnectionString);
        clientSettings.TracingOptions = new TracingOptions { Disabled = settings.DisableTracing };
        configureClientSettings?.Invoke(clientSettings);
        return new MongoClient(clientSettings);
    }

    private static void AddHealthCheck(
        IHostApplicationBuilder builder, string connectionName, MongoDBSettings settings, string? serviceKey, string? databaseName)
    {
        // A second client under one name would register its check twice, which the health service refuses.
        var name = serviceKey is null ? "MongoDB.Driver" : $"MongoDB.Driver_{connectionName}";
        if (!builder.Properties.TryAdd($"Aspire.HealthChecks.{name}", true))
        {
            return;
        }

        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            name,
            services => new PingHealthCheck(ClientOf(services, serviceKey), databaseName),
            failureStatus: null,
            tags: null,
            settings.HealthCheckTimeout is > 0 and var timeout ? TimeSpan.FromMilliseconds(timeout) : null));
    }

    private static IMongoClient ClientOf(IServiceProvider services, string? serviceKey) => serviceKey is null
        ? services.GetRequiredService<IMongoClient>()
        : services.GetRequiredKeyedService<IMongoClient>(serviceKey);

    private static void AddKeyedOrNot<T>(this IServiceCollection services, string? serviceKey, Func<IServiceProvider, T> create)
        where T : class
    {
        if (serviceKey is null)
        {
            services.AddSingleton(create);
        }
        else
        {
            services.AddKeyedSingleton(serviceKey, (provider, _) => create(provider));
        }
    }
}
