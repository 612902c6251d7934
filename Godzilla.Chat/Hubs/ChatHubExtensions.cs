using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Hubs;

internal static class ChatHubExtensions
{
    private static readonly StatusCodeHttpResult NotAllowed = TypedResults.StatusCode(StatusCodes.Status405MethodNotAllowed);

    // Not 426: its Upgrade header would not pass a proxy.
    private static readonly ProblemHttpResult NotAWebSocket =
        TypedResults.Problem("The hub is a WebSocket, and this request is none", statusCode: StatusCodes.Status400BadRequest);

    internal static void AddChatHub(this IServiceCollection services)
    {
        services.AddSingleton<Connections>();
        services.AddSingleton<ConnectionMetrics>();
        services.AddSignalR(options => options.AddFilter<HubErrorFilter>())
            .AddJsonProtocol(json => json.PayloadSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);
        services.AddSingleton<HubLifetimeManager<ChatHub>, Draining>();
    }

    internal static void MapChatHub(this IEndpointRouteBuilder routes) =>
        routes.MapHub<ChatHub>("/hubs/chat", options => options.Transports = HttpTransportType.WebSockets).Add(RefuseWhatIsNotSignalR);

    // Before SignalR answers with plain text, or with nothing.
    private static void RefuseWhatIsNotSignalR(EndpointBuilder endpoint)
    {
        var isNegotiation = endpoint.Metadata.OfType<NegotiateMetadata>().Any();
        var signalR = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context =>
            isNegotiation ? HttpMethods.IsPost(context.Request.Method) ? signalR(context) : NotAllowed.ExecuteAsync(context)
            : IsWebSocketHandshake(context) ? ConnectAsync(signalR, context)
            : NotAWebSocket.ExecuteAsync(context);
    }

    // A socket has no body, so all that SignalR could write is plain text about a handshake that failed; its status is kept.
    private static async Task ConnectAsync(RequestDelegate signalR, HttpContext context)
    {
        var body = context.Response.Body;
        context.Response.Body = Stream.Null;
        try
        {
            await signalR(context);
        }
        finally
        {
            context.Response.Body = body;
        }

        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = null;
        }
    }

    private static bool IsWebSocketHandshake(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };
}
