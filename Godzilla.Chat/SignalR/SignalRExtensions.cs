using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.SignalR;

internal static class SignalRExtensions
{
    private static readonly StatusCodeHttpResult NotAllowed = TypedResults.StatusCode(StatusCodes.Status405MethodNotAllowed);

    private const int MaxFrame = 64 * 1024;

    // Not 426: its Upgrade header would not pass a proxy.
    private static readonly ProblemHttpResult NotAWebSocket =
        TypedResults.Problem("The hub needs a WebSocket handshake", statusCode: StatusCodes.Status400BadRequest);

    internal static void AddChatHub(this IServiceCollection services)
    {
        services.AddSingleton<HubCalls>().AddHostedService(provider => provider.GetRequiredService<HubCalls>());
        services.AddSignalR(options =>
            {
                options.AddFilter<HubErrorFilter>();

                // Above what a client may send in a frame: past SignalR's own limit it closes the connection without a word.
                options.MaximumReceiveMessageSize = 2 * MaxFrame;
            })
            .AddJsonProtocol(json => json.PayloadSerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower);
    }

    internal static void MapChatHub(this IEndpointRouteBuilder routes) =>
        routes.MapHub<ChatHub>("/hubs/chat", options => options.Transports = HttpTransportType.WebSockets).Add(RefuseWhatIsNotSignalR);

    // SignalR itself would answer with plain text or with nothing.
    private static void RefuseWhatIsNotSignalR(EndpointBuilder endpoint)
    {
        var isNegotiation = endpoint.Metadata.OfType<NegotiateMetadata>().Any();
        var signalR = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context =>
            isNegotiation ? HttpMethods.IsPost(context.Request.Method) ? Negotiation.Answer().ExecuteAsync(context) : NotAllowed.ExecuteAsync(context)
            : IsWebSocketHandshake(context) ? ConnectAsync(signalR, context)
            : NotAWebSocket.ExecuteAsync(context);
    }

    // SignalR describes a failed handshake in plain text. The text is dropped; the status becomes our error envelope.
    private static async Task ConnectAsync(RequestDelegate signalR, HttpContext context)
    {
        // The id of a negotiation that another replica may have answered. Without it SignalR makes one.
        context.Request.Query = QueryCollection.Empty;
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
