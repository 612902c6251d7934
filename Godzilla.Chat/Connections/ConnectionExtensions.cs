using Godzilla.Chat.SignalR;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Connections;

internal static class ConnectionExtensions
{
    internal static void AddConnectionRegistry(this IServiceCollection services)
    {
        services.AddOptions<SessionEndingOptions>().BindConfiguration(SessionEndingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ConnectionOptions>().BindConfiguration(ConnectionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ConnectionRegistry>();
        services.AddSingleton<ConnectionMetrics>();
        services.AddSingleton<ChatHubLifetime>();
        services.AddSingleton<HubLifetimeManager<ChatHub>>(provider => provider.GetRequiredService<ChatHubLifetime>());
        services.AddSingleton<Memberships>();
        services.AddSessionEndings();
        services.AddHostedService<EndedSessions>();
        services.AddHostedService<DrainingGateways>();

        // A write ends when the socket has it all: see SharedUpgrade.
        services.Configure<SocketTransportOptions>(sockets => sockets.MaxWriteBufferSize = 1);
    }

    /// <summary>Lets frames be written beside a WebSocket, and makes WebSockets closable with a code of ours. The hub's endpoint would accept them itself where nobody has before.</summary>
    internal static void UseClosableWebSockets(this IApplicationBuilder app)
    {
        app.Use(next => context =>
        {
            if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
                || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true })
            {
                var shared = new SharedUpgrade(context.Features);
                context.Features.Set<IHttpUpgradeFeature>(shared);
                context.Features.Set<IHttpExtendedConnectFeature>(shared);
            }

            return next(context);
        });
        app.UseWebSockets();
        app.Use(next => context =>
        {
            if (context.Features.Get<IHttpWebSocketFeature>() is { IsWebSocketRequest: true } feature)
            {
                context.Features.Set<IHttpWebSocketFeature>(new ClosableWebSocketFeature(feature, (SharedUpgrade)context.Features.GetRequiredFeature<IHttpUpgradeFeature>()));
            }

            return next(context);
        });
    }
}
