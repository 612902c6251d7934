using Godzilla.ServiceDefaults.Errors;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.RateLimits;

/// <summary>Limits requests: by policy where a route names one, and all of them.</summary>
internal static class RateLimitExtensions
{
    private const string Login = "login";
    private const string Registration = "registration";

    internal static void AddRateLimits(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<RateLimitMetrics>();
        services.AddSingleton<RedisBuckets>();
        services.AddSingleton<Replicas>();
        services.AddHostedService(provider => provider.GetRequiredService<Replicas>());
        services.AddSingleton<RequestLimit>();
        services.AddHostedService(provider => provider.GetRequiredService<RequestLimit>());
        services.AddHealthChecks().AddCheck<Replicas>("rate-limits");

        services.AddRateLimiter(limiter => limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests);
        services.AddOptions<RateLimiterOptions>().Configure<IServiceProvider, IOptions<RateLimitOptions>>((limiter, provider, options) =>
        {
            limiter.AddPolicy(Login, Policy(provider, Limit.From(Login, options.Value.Login)));
            limiter.AddPolicy(Registration, Policy(provider, Limit.From(Registration, options.Value.Registration)));
        });
    }

    private static AddressPolicy Policy(IServiceProvider provider, Limit limit) => new(
        limit,
        provider.GetRequiredService<RedisBuckets>(),
        provider.GetRequiredService<Replicas>(),
        provider.GetRequiredService<IOptions<DependencyFailures>>(),
        provider.GetRequiredService<RateLimitMetrics>(),
        provider.GetRequiredService<TimeProvider>());
}
