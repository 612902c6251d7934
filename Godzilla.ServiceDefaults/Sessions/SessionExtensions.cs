using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Godzilla.ServiceDefaults.Sessions;

/// <summary>Follows the sessions that end.</summary>
public static class SessionExtensions
{
    /// <summary>Adds <see cref="SessionEndings"/>, which follows as long as the host runs.</summary>
    /// <param name="services">The service's services, with Redis among them.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddSessionEndings(this IServiceCollection services)
    {
        services.TryAddSingleton<SessionEndings>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionEndings>());
        return services;
    }
}
