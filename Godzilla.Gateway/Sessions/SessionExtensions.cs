using Godzilla.ServiceDefaults.Sessions;

namespace Godzilla.Gateway.Sessions;

internal static class SessionExtensions
{
    internal static void AddSessions(this IServiceCollection services)
    {
        services.AddOptions<SessionCacheOptions>().BindConfiguration(SessionCacheOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSessionEndings();
        services.AddSingleton<SessionCache>();
        services.AddSingleton<SessionMetrics>();
        services.AddSingleton<OpenSockets>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenSockets>());
    }

    internal static void UseSessions(this IApplicationBuilder app) => app.UseMiddleware<SessionMiddleware>();
}
