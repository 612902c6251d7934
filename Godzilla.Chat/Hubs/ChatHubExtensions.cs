using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Hubs;

internal static class ChatHubExtensions
{
    internal static void AddChatHub(this IServiceCollection services)
    {
        services.AddSingleton<Connections>();
        services.AddSignalR(options => options.AddFilter<HubErrorFilter>())
            .AddJsonProtocol(json => json.PayloadSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);
    }

    internal static void MapChatHub(this IEndpointRouteBuilder routes) =>
        routes.MapHub<ChatHub>("/hubs/chat", options => options.Transports = HttpTransportType.WebSockets);
}
