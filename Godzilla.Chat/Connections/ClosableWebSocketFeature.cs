using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.Chat.Connections;

/// <summary>Accepts WebSockets as <see cref="ClosableWebSocket"/>.</summary>
internal sealed class ClosableWebSocketFeature(IHttpWebSocketFeature inner, SharedUpgrade upgrade) : IHttpWebSocketFeature
{
    public bool IsWebSocketRequest => inner.IsWebSocketRequest;

    /// <summary>The request's socket, once it is accepted.</summary>
    public ClosableWebSocket? Socket { get; private set; }

    public async Task<WebSocket> AcceptAsync(WebSocketAcceptContext context) =>
        Socket = new ClosableWebSocket(await inner.AcceptAsync(context), upgrade.Stream!);
}
