using System.Net.WebSockets;

namespace Godzilla.Chat.Connections;

/// <summary>
/// The WebSocket that SignalR gets. It can be closed from outside with a code of ours: SignalR itself knows 1000 and 1011 only. What SignalR
/// sends after that is dropped, and what the client sends after that is not read: a session that has ended can do nothing more.
/// </summary>
internal sealed class ClosableWebSocket(WebSocket socket) : WebSocket
{
    // A WebSocket allows one send at a time.
    private readonly SemaphoreSlim _sending = new(1);
    private volatile bool _isClosing;

    public override WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    public override string? CloseStatusDescription => socket.CloseStatusDescription;

    public override WebSocketState State => socket.State;

    public override string? SubProtocol => socket.SubProtocol;

    /// <summary>Sends a close frame. The client's answer ends SignalR's reading, and so the connection.</summary>
    public Task CloseAsync(CloseReason reason, CancellationToken cancellationToken) =>
        CloseOutputAsync(reason.Status, reason.Description, cancellationToken);

    public override async ValueTask SendAsync(
        ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            if (!_isClosing)
            {
                await socket.SendAsync(buffer, messageType, endOfMessage, cancellationToken);
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    public override Task SendAsync(
        ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        SendAsync(buffer.AsMemory(), messageType, endOfMessage, cancellationToken).AsTask();

    public override async Task CloseOutputAsync(
        WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken);
        try
        {
            if (!_isClosing)
            {
                _isClosing = true;
                await socket.CloseOutputAsync(closeStatus, statusDescription, cancellationToken);
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        var received = await ReceiveAsync(buffer.AsMemory(), cancellationToken);
        return new WebSocketReceiveResult(received.Count, received.MessageType, received.EndOfMessage, CloseStatus, CloseStatusDescription);
    }

    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ValueWebSocketReceiveResult received;
        do
        {
            received = await socket.ReceiveAsync(buffer, cancellationToken);
        }
        while (_isClosing && received.MessageType != WebSocketMessageType.Close);

        return received;
    }

    public override void Abort() => socket.Abort();

    public override void Dispose() => socket.Dispose();
}
