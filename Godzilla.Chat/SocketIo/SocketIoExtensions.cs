using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.Chat.SocketIo;

internal static class SocketIoExtensions
{
    internal static void AddSocketIo(this IServiceCollection services)
    {
        services.AddOptions<SocketIoOptions>().BindConfiguration(SocketIoOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SocketIoMetrics>();
        services.AddSingleton<SocketIoRooms>();
        services.AddSingleton<ClientEvents>();
        services.AddSingleton<SocketIoServer>();
    }

    internal static void MapSocketIo(this IEndpointRouteBuilder routes)
    {
        // Engine.IO has a heartbeat of its own.
        var app = routes.CreateApplicationBuilder();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        app.Run(context => context.RequestServices.GetRequiredService<SocketIoServer>().RunAsync(context));
        var accept = app.Build();

        routes.Map("/socket.io", context =>
        {
            var upgrade = context.Features.Get<IHttpUpgradeFeature>();
            var isUpgrade = upgrade is { IsUpgradableRequest: true } && context.WebSockets.IsWebSocketRequest;
            if (HandshakeError.Of(context.Request, isUpgrade) is { } error)
            {
                return TypedResults.Json(error, statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(context);
            }

            // For the middleware above to accept it instead.
            context.Features.Set<IHttpWebSocketFeature>(null);
            return accept(context);
        });
    }
}
