using Godzilla.Chat.SignalR;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.AspNetCore.Http.Features;
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

    /// <summary>Makes WebSockets closable with a code of ours. The hub's endpoint would accept them itself where nobody has before.</summary>
    internal static void UseClosableWebSockets(this IApplicationBuilder app)
    {
        app.UseWebSockets();
        app.Use(next => context =>
        {
            if (context.Features.Get<IHttpWebSocketFeature>() is { IsWebSocketRequest: true } feature)
            {
                context.Features.Set<IHttpWebSocketFeature>(new ClosableWebSocketFeature(feature));
            }

            return next(context);
        });
    }
}
