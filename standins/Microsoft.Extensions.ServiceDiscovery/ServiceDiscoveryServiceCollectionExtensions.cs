using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.ServiceDiscovery;
using Microsoft.Extensions.ServiceDiscovery.Configuration;
using Microsoft.Extensions.ServiceDiscovery.Http;
using Microsoft.Extensions.ServiceDiscovery.PassThrough;
using Microsoft.Extensions.ServiceDiscovery.Resolution;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers service discovery and its providers.</summary>
public static class ServiceDiscoveryServiceCollectionExtensions
{
    /// <summary>Service discovery that looks into configuration and, failing that, takes names for addresses.</summary>
    public static IServiceCollection AddServiceDiscovery(this IServiceCollection services) => services.AddServiceDiscovery(_ => { });

    /// <summary>As <see cref="AddServiceDiscovery(IServiceCollection)"/>, with options.</summary>
    public static IServiceCollection AddServiceDiscovery(this IServiceCollection services, Action<ServiceDiscoveryOptions> configureOptions) =>
        services.AddServiceDiscoveryCore(configureOptions)
            .AddConfigurationServiceEndpointProvider()
            .AddPassThroughServiceEndpointProvider();

    /// <summary>Service discovery without any provider.</summary>
    public static IServiceCollection AddServiceDiscoveryCore(this IServiceCollection services) => services.AddServiceDiscoveryCore(_ => { });

    /// <summary>As <see cref="AddServiceDiscoveryCore(IServiceCollection)"/>, with options.</summary>
    public static IServiceCollection AddServiceDiscoveryCore(
        this IServiceCollection services, Action<ServiceDiscoveryOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configureOptions);

        services.AddOptions();
        services.AddLogging();
        services.TryAddEnumerable(ServiceDescriptor.Transient<IValidateOptions<ServiceDiscoveryOptions>, ServiceDiscoveryOptionsValidator>());
        services.TryAddSingleton(_ => TimeProvider.System);
        services.TryAddSingleton<ServiceLookupFactory>();
        services.TryAddSingleton<ServiceLookups>();
        services.TryAddSingleton(provider => new ServiceEndpointResolver(provider.GetRequiredService<ServiceLookups>()));
        services.TryAddSingleton<IServiceDiscoveryHttpMessageHandlerFactory, ServiceDiscoveryHttpMessageHandlerFactory>();
        return services.Configure(configureOptions);
    }

    /// <summary>Adds the provider that reads <c>Services:{service}:{endpoint}</c> in configuration.</summary>
    public static IServiceCollection AddConfigurationServiceEndpointProvider(this IServiceCollection services) =>
        services.AddConfigurationServiceEndpointProvider(_ => { });

    /// <summary>As <see cref="AddConfigurationServiceEndpointProvider(IServiceCollection)"/>, with options.</summary>
    public static IServiceCollection AddConfigurationServiceEndpointProvider(
        this IServiceCollection services, Action<ConfigurationServiceEndpointProviderOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configureOptions);

        services.AddServiceDiscoveryCore();
        services.AddSingleton<IServiceEndpointProviderFactory, ConfigurationServiceEndpointProviderFactory>();
        services.TryAddEnumerable(ServiceDescriptor.Transient<
            IValidateOptions<ConfigurationServiceEndpointProviderOptions>, ConfigurationServiceEndpointProviderOptionsValidator>());
        return services.Configure(configureOptions);
    }

    /// <summary>Adds the provider that takes a name for an address; it is asked last.</summary>
    public static IServiceCollection AddPassThroughServiceEndpointProvider(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);

        services.AddServiceDiscoveryCore();
        return services.AddSingleton<IServiceEndpointProviderFactory, PassThroughServiceEndpointProviderFactory>();
    }
}
