using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Hubs;

internal static class ChatHubExtensions
{
    private static readonly ProblemHttpResult NotAWebSocket =
        TypedResults.Problem("The hub is a WebSocket, and this request is none", statusCode: StatusCodes.Status400BadRequest);

    internal static void AddChatHub(this IServiceCollection services)
    {
        services.AddSingleton<Connections>();
        services.AddSignalR(options => options.AddFilter<HubErrorFilter>())
            .AddJsonProtocol(json => json.PayloadSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);
    }

    internal static void MapChatHub(this IEndpointRouteBuilder routes) =>
        routes.MapHub<ChatHub>("/hubs/chat", options => options.Transports = HttpTransportType.WebSockets).Add(RequireUpgrade);

    // SignalR would answer with a line of plain text. Not 426: its Upgrade header would not pass a proxy.
    private static void RequireUpgrade(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<NegotiateMetadata>().Any() || endpoint.RequestDelegate is not { } hub)
        {
            return;
        }

        endpoint.RequestDelegate = context =>
        {
            var isUpgrade = context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
                || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };
            return isUpgrade ? hub(context) : NotAWebSocket.ExecuteAsync(context);
        };
    }
}
