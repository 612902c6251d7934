using Microsoft.Extensions.DependencyInjection;

namespace Godzilla.ServiceDefaults.Health;

/// <summary>Registers work that must be done before a service is ready.</summary>
public static class WarmUpExtensions
{
    /// <summary>Adds a step; <c>/health</c> is unhealthy until all steps have succeeded once, in the order of their registration.</summary>
    /// <param name="services">The service's services.</param>
    /// <param name="step">The work. It must be idempotent: it is tried again until it succeeds.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddWarmUp(this IServiceCollection services, Func<IServiceProvider, CancellationToken, Task> step) =>
        services.AddSingleton(new WarmUpStep(step));
}
