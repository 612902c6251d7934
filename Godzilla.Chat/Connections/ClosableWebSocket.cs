using System.Buffers;
using System.Net.WebSockets;
using Godzilla.Chat.SocketIo;

namespace Godzilla.Chat.Connections;

/// <summary>
/// The WebSocket that SignalR gets. It can be closed from outside with a code of ours: SignalR itself knows 1000 and 1011 only. What SignalR
/// sends after that is dropped, and what the client sends after that is not read: a session that has ended can do nothing more.
/// </summary>
/// <remarks>
/// Frames that are ready go out beside SignalR's messages, without a copy for each connection and the turns of its threads. They follow the
/// first message, which answers the handshake, and whatever SignalR sends later follows those that were there before it.
/// </remarks>
internal sealed class ClosableWebSocket(WebSocket socket, SharedStream stream) : WebSocket, IThreadPoolWorkItem
{
    // One message at a time: SignalR's may have several frames, and no other may come between them.
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Lock _gate = new();
    private readonly FrameQueue _ready = new();
    private readonly SendLane _lane = SendLane.Next();
    private TaskCompletionSource? _caughtUp;
    private bool _isScheduled = true; // Until the first message.
    private bool _isOpen;
    private bool _isInMessage;
    private volatile bool _isClosing;

    public override WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    public override string? CloseStatusDescription => socket.CloseStatusDescription;

    public override WebSocketState State => socket.State;

    public override string? SubProtocol => socket.SubProtocol;

    /// <summary>Sends a frame without waiting, unless so many wait already.</summary>
    /// <returns><see langword="false"/> if too many wait.</returns>
    public bool TryPost(byte[] frame, int max)
    {
        lock (_gate)
        {
            if (_isClosing)
            {
                return true;
            }

            if (_ready.Count >= max)
            {
                return false;
            }

            _ready.Add(frame);
            if (_isScheduled)
            {
                return true;
            }

            _isScheduled = true;
        }

        // Not on the sender's thread: one sender delivers to everybody.
        _lane.Add(this);
        return true;
    }

    /// <returns>A task that ends when few frames wait.</returns>
    public Task CatchUpAsync(int few)
    {
        lock (_gate)
        {
            return _ready.Count <= few
                ? Task.CompletedTask
                : (_caughtUp ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Sends a close frame. The client's answer ends SignalR's reading, and so the connection.</summary>
    public Task CloseAsync(CloseReason reason, CancellationToken cancellationToken) =>
        CloseOutputAsync(reason.Status, reason.Description, cancellationToken);

    void IThreadPoolWorkItem.Execute() => _ = SendReadyAsync();

    public override async ValueTask SendAsync(
        ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        if (!_isInMessage)
        {
            await _sending.WaitAsync(cancellationToken);
        }

        try
        {
            if (!_isClosing)
            {
                await WriteReadyAsync(cancellationToken);
                await socket.SendAsync(buffer, messageType, endOfMessage, cancellationToken);
            }

            _isInMessage = !endOfMessage;
        }
        catch
        {
            _isInMessage = false;
            throw;
        }
        finally
        {
            if (!_isInMessage)
            {
                _sending.Release();
            }
        }

        if (!_isOpen && endOfMessage)
        {
            _isOpen = true;
            _lane.Add(this);
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

    private async Task SendReadyAsync()
    {
        await _sending.WaitAsync();
        try
        {
            await WriteReadyAsync(CancellationToken.None);
        }
        catch (Exception exception) when (SocketIoSession.IsGone(exception) || exception is InvalidOperationException)
        {
            // It has left.
        }
        finally
        {
            _sending.Release();
        }
    }

    // Under the lock of messages.
    private async ValueTask WriteReadyAsync(CancellationToken cancellationToken)
    {
        if (!_isOpen || _isInMessage)
        {
            return;
        }

        byte[]? batch = null;
        try
        {
            while (!_isClosing && TryTakeReady(ref batch, out var frames))
            {
                await stream.WriteAsync(frames, cancellationToken);
            }
        }
        catch
        {
            // Half a frame may be out.
            socket.Abort();
            throw;
        }
        finally
        {
            if (batch is not null)
            {
                ArrayPool<byte>.Shared.Return(batch);
            }
        }
    }

    private bool TryTakeReady(ref byte[]? batch, out ReadOnlyMemory<byte> frames)
    {
        lock (_gate)
        {
            var has = _ready.TryTake(ref batch, out frames);
            _isScheduled = has;
            if (!has)
            {
                _caughtUp?.TrySetResult();
                _caughtUp = null;
            }

            return has;
        }
    }
}
