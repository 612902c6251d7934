using Aspire.MongoDB.Driver;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MongoDB.Driver;
using MongoDB.Driver.Core.Configuration;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>Registers a MongoDB client, its database, a health check and tracing.</summary>
public static class AspireMongoDBDriverExtensions
{
    private const string Section = "Aspire:MongoDB:Driver";
    private const string HealthCheck = "MongoDB.Driver";

    /// <summary>
    /// Registers an <see cref="IMongoClient"/>, and an <see cref="IMongoDatabase"/> when the connection string names a database.
    /// </summary>
    /// <param name="builder">The application.</param>
    /// <param name="connectionName">The connection string's name; a section of this name under <c>Aspire:MongoDB:Driver</c> is read too.</param>
    /// <param name="configureSettings">Changes the settings that were read.</param>
    /// <param name="configureClientSettings">Changes the client's own settings.</param>
    /// <exception cref="InvalidOperationException">There is no connection string. Thrown when the client is resolved.</exception>
    public static void AddMongoDBClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<MongoDBSettings>? configureSettings = null,
        Action<MongoClientSettings>? configureClientSettings = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        var settings = Read(builder.Configuration, connectionName);
        configureSettings?.Invoke(settings);
        builder.Services.AddSingleton<IMongoClient>(_ => CreateClient(settings, connectionName, configureClientSettings));
        if (!settings.DisableTracing)
        {
            // Takes effect if the application sets up tracing. Otherwise nothing listens, and an operation makes no span.
            builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource(MongoTelemetry.ActivitySourceName));
        }

        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
        {
            return;
        }

        var database = MongoUrl.Create(settings.ConnectionString).DatabaseName;
        if (!string.IsNullOrWhiteSpace(database))
        {
            builder.Services.AddSingleton(services => services.GetRequiredService<IMongoClient>().GetDatabase(database));
        }

        // The health service refuses two checks of one name.
        if (builder.Properties.TryAdd($"Aspire.HealthChecks.{HealthCheck}", true))
        {
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                HealthCheck, services => new PingHealthCheck(services.GetRequiredService<IMongoClient>(), database), failureStatus: null, tags: null));
        }
    }

    private static MongoDBSettings Read(IConfiguration configuration, string connectionName)
    {
        var settings = new MongoDBSettings();
        var section = configuration.GetSection(Section);
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        settings.ConnectionString = configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        return settings;
    }

    private static MongoClient CreateClient(
        MongoDBSettings settings, string connectionName, Action<MongoClientSettings>? configureClientSettings)
    {
        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
        {
            throw new InvalidOperationException(
                $"The connection string is missing: set ConnectionStrings:{connectionName}, or ConnectionString in the section {Section}.");
        }

        var clientSettings = MongoClientSettings.FromConnectionString(settings.ConnectionString);
        clientSettings.TracingOptions = new TracingOptions { Disabled = settings.DisableTracing };
        configureClientSettings?.Invoke(clientSettings);
        return new MongoClient(clientSettings);
    }
}
