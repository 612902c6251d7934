using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.Chat.Connections;

/// <summary>Accepts WebSockets as <see cref="ClosableWebSocket"/>.</summary>
internal sealed class ClosableWebSocketFeature(IHttpWebSocketFeature inner) : IHttpWebSocketFeature
{
    public bool IsWebSocketRequest => inner.IsWebSocketRequest;

    /// <summary>The request's socket, once it is accepted.</summary>
    public ClosableWebSocket? Socket { get; private set; }

    public async Task<WebSocket> AcceptAsync(WebSocketAcceptContext context) => Socket = new ClosableWebSocket(await inner.AcceptAsync(context));

    /// <summary>Makes the sockets of an endpoint closable.</summary>
    public static void Use(HttpContext context)
    {
        if (context.Features.Get<IHttpWebSocketFeature>() is { } feature)
        {
            context.Features.Set<IHttpWebSocketFeature>(new ClosableWebSocketFeature(feature));
        }
    }
}
