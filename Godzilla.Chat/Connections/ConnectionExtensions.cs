using Godzilla.Chat.SignalR;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Connections;

internal static class ConnectionExtensions
{
    internal static void AddConnectionRegistry(this IServiceCollection services)
    {
        services.AddOptions<SessionEndingOptions>().BindConfiguration(SessionEndingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton<ConnectionMetrics>();
        services.AddSingleton<HubLifetimeManager<ChatHub>, ChatHubLifetime>();
        services.AddSessionEndings();
        services.AddHostedService<EndedSessions>();
        services.AddHostedService<DrainingGateways>();
    }
}
