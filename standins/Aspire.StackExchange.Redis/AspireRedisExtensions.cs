using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>Adds Redis clients to an application.</summary>
public static class AspireRedisExtensions
{
    private const string Section = "Aspire:StackExchange:Redis";
    private const string ActivitySource = "OpenTelemetry.Instrumentation.StackExchangeRedis";

    /// <summary>
    /// Adds an <see cref="IConnectionMultiplexer"/> for <c>ConnectionStrings:{connectionName}</c>, with a health check. Settings come
    /// from the section <c>Aspire:StackExchange:Redis</c>, then its subsection of that name, then <paramref name="configureSettings"/>;
    /// the client's options from the connection string, the sections' <c>ConfigurationOptions</c>, then <paramref name="configureOptions"/>.
    /// </summary>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        builder.AddRedisClientBuilder(connectionName, configureSettings, configureOptions);

    /// <summary>As <see cref="AddRedisClient"/>, and returns what registrations on top of the client need.</summary>
    public static AspireRedisClientBuilder AddRedisClientBuilder(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        Add(builder, connectionName, serviceKey: null, configureSettings, configureOptions);

    /// <summary>As <see cref="AddRedisClient"/>, with <paramref name="name"/> for the service's key as well as the connection's name.</summary>
    public static void AddKeyedRedisClient(
        this IHostApplicationBuilder builder,
        string name,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null) =>
        builder.AddKeyedRedisClientBuilder(name, configureSettings, configureOptions);

    /// <summary>As <see cref="AddKeyedRedisClient"/>, and returns what registrations on top of the client need.</summary>
    public static AspireRedisClientBuilder AddKeyedRedisClientBuilder(
        this IHostApplicationBuilder builder,
        string name,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Add(builder, name, serviceKey: name, configureSettings, configureOptions);
    }

    private static AspireRedisClientBuilder Add(
        IHostApplicationBuilder builder,
        string connectionName,
        string? serviceKey,
        Action<StackExchangeRedisSettings>? configureSettings,
        Action<ConfigurationOptions>? configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        var shared = builder.Configuration.GetSection(Section);
        var named = shared.GetSection(connectionName);
        var settings = new StackExchangeRedisSettings();
        shared.Bind(settings);
        named.Bind(settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);

        var services = builder.Services;
        var optionsName = serviceKey ?? Options.Options.DefaultName;
        services.AddKeyedSingleton(optionsName, new ConnectionSource(settings));
        services.TryAddTransient<IOptionsFactory<ConfigurationOptions>, RedisOptionsFactory>();
        services.Configure<ConfigurationOptions>(optionsName, options =>
        {
            shared.GetSection("ConfigurationOptions").Bind(options);
            named.GetSection("ConfigurationOptions").Bind(options);
            configureOptions?.Invoke(options);
        });

        AddConnection(services, connectionName, serviceKey, settings.DisableAutoActivation);
        if (!settings.DisableTracing)
        {
            services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(ActivitySource));
        }

        if (!settings.DisableHealthChecks)
        {
            AddHealthCheck(builder, serviceKey is null ? "StackExchange.Redis" : $"StackExchange.Redis_{connectionName}", serviceKey);
        }

        return new AspireRedisClientBuilder(builder, settings, serviceKey);
    }

    private static void AddConnection(IServiceCollection services, string connectionName, string? serviceKey, bool onFirstUse)
    {
        if (serviceKey is null)
        {
            services.AddSingleton<IConnectionMultiplexer>(provider => Connect(provider, connectionName, Options.Options.DefaultName));
        }
        else
        {
            services.AddKeyedSingleton<IConnectionMultiplexer>(serviceKey, (provider, _) => Connect(provider, connectionName, serviceKey));
        }

        if (!onFirstUse)
        {
            services.AddSingleton<IHostedService>(provider => new RedisConnectionStarter(() => Resolve(provider, serviceKey)));
        }
    }

    private static IConnectionMultiplexer Resolve(IServiceProvider provider, string? serviceKey) => serviceKey is null
        ? provider.GetRequiredService<IConnectionMultiplexer>()
        : provider.GetRequiredKeyedService<IConnectionMultiplexer>(serviceKey);

    private static ConnectionMultiplexer Connect(IServiceProvider provider, string connectionName, string optionsName)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<ConfigurationOptions>>().Get(optionsName);
        return options.EndPoints.Count > 0
            ? ConnectionMultiplexer.Connect(options)
            : throw new InvalidOperationException(
                $"There is no Redis to connect to: set 'ConnectionStrings:{connectionName}' or '{Section}:ConnectionString'.");
    }

    private static void AddHealthCheck(IHostApplicationBuilder builder, string name, string? serviceKey)
    {
        // A client may be added several times under one name; its health check may not.
        if (!builder.Properties.TryAdd($"Aspire.HealthChecks.{name}", value: true))
        {
            return;
        }

        // A singleton, out of the root's services: the check keeps the connection that it makes, and a probe's scope ends with the probe.
        builder.Services.AddKeyedSingleton(name, (provider, _) => new RedisHealthCheck(() => Resolve(provider, serviceKey)));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            name,
            provider => provider.GetRequiredKeyedService<RedisHealthCheck>(name),
            failureStatus: null,
            tags: null));
    }
}
