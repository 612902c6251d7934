using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using Godzilla.Chat.Connections;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.Chat.Rooms;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.Features;

namespace Godzilla.Chat.SocketIo;

/// <summary>
/// The way out to a Socket.IO client: a bounded queue of frames, the heartbeat, and the end. Whoever sends never waits: what comes while a
/// write is under way goes out together in the next one.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "End disposes of the timers; a token source without a timer or a wait handle holds no resource.")]
internal sealed class SocketIoConnection : IClientConnection, IRoomClient, IThreadPoolWorkItem
{
    // Socket.IO's own way to say that the other side is not there any more: a close frame without a code.
    private static readonly CloseReason Silent = new(WebSocketCloseStatus.Empty, "");
    private static readonly CloseReason SlowReader = new((WebSocketCloseStatus)1013, "Too much waits to be read; connect again");

    private readonly Lock _gate = new();
    private readonly FrameQueue _waiting = new();
    private readonly SendLane _lane = SendLane.Next();
    private readonly HashSet<string> _sending = new(StringComparer.Ordinal);
    private readonly List<byte[]> _early = [];
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _closeSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WebSocket _socket;
    private readonly SharedStream _stream;
    private readonly IHttpRequestLifetimeFeature _request;
    private readonly SocketIoOptions _options;
    private readonly ConnectionRegistry _registry;
    private readonly SocketIoMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ITimer _heartbeat;
    private readonly ITimer _connectLimit;

    private TaskCompletionSource? _caughtUp;
    private bool _isWriting;
    private bool _awaitsPong;
    private bool _isConnected;
    private bool _isBroken;
    private bool _hasEnded;
    private bool _isWarned;
    private CloseReason? _closing;

    public SocketIoConnection(
        string id,
        HttpContext context,
        WebSocket socket,
        SharedStream stream,
        SocketIoOptions options,
        ConnectionRegistry registry,
        SocketIoMetrics metrics,
        TimeProvider time)
    {
        (Id, Caller) = (id, context.Caller());
        (_socket, _stream, _options, _registry, _metrics, _time) = (socket, stream, options, registry, metrics, time);
        _request = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        _heartbeat = time.CreateTimer(_ => Beat(), state: null, options.PingInterval, Timeout.InfiniteTimeSpan);
        _connectLimit = time.CreateTimer(_ => EndUnlessConnected(), state: null, options.ConnectTimeout, Timeout.InfiniteTimeSpan);
    }

    public string Id { get; }

    /// <summary>Whose it is, as signed with the handshake.</summary>
    public CallerIdentity Caller { get; }

    public string User => Caller.User;

    public string SessionId => Caller.Session;

    public string Gateway => Caller.Gateway;

    public CancellationToken Closed => _closed.Token;

    /// <summary>The rooms whose events it gets; <see cref="SocketIoRooms"/> guards it.</summary>
    public Dictionary<DiscussionId, Room> Rooms { get; } = [];

    /// <summary>Whether an event of its client is being handled: what came behind it, a pong perhaps, is not read yet.</summary>
    public bool IsHandling { get; set; }

    /// <summary>Whether it is in the namespace.</summary>
    public bool IsConnected => Volatile.Read(ref _isConnected);

    /// <summary>Whether goodbye has been said: what the client sends from now on is not for us.</summary>
    public bool IsClosing => Volatile.Read(ref _closing) is not null;

    /// <summary>Queues a frame. A client that reads too slowly is closed instead, and can come again; nobody waits for it.</summary>
    public void Send(byte[] frame)
    {
        lock (_gate)
        {
            if (_closing is not null)
            {
                return;
            }

            // Looked at before adding: one frame may be larger than all that may wait.
            if (_waiting.Bytes <= _options.MaxQueuedBytes)
            {
                Enqueue(frame);
                return;
            }
        }

        Close(SlowReader, "slow reader");
    }

    /// <summary>Tells the client that it is in the namespace; events that came before follow.</summary>
    public void Connect(params ReadOnlySpan<byte[]> greetings)
    {
        _connectLimit.Dispose();
        lock (_gate)
        {
            foreach (var frame in greetings)
            {
                Send(frame);
            }

            Volatile.Write(ref _isConnected, true);
            _early.ForEach(Send);
            _early.Clear();
        }
    }

    /// <inheritdoc/>
    public void Send(RoomEvent roomEvent)
    {
        if (!roomEvent.IsNew || !HasSent(roomEvent.Message))
        {
            SendWhenConnected(roomEvent.ForSocketIo);
        }
    }

    /// <inheritdoc/>
    public async Task SendAsync(RoomEvent roomEvent, CancellationToken cancellationToken)
    {
        Task? caughtUp = null;
        lock (_gate)
        {
            if (_waiting.Bytes > _options.MaxQueuedBytes / 2)
            {
                caughtUp = (_caughtUp ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }

        if (caughtUp is not null)
        {
            try
            {
                await caughtUp.WaitAsync(_options.PingTimeout, _time, cancellationToken);
            }
            catch (TimeoutException exception)
            {
                Close(SlowReader, "slow reader");
                throw new OperationCanceledException("The client does not read.", exception);
            }
        }

        Send(roomEvent);
    }

    /// <summary>Queues an event once the client is in the namespace.</summary>
    public void SendWhenConnected(byte[] frame)
    {
        lock (_gate)
        {
            if (_isConnected)
            {
                Send(frame);
            }
            else if (_closing is null)
            {
                _early.Add(frame);
            }
        }
    }

    /// <summary>Closes it for what its client did.</summary>
    /// <param name="reason">What the client is told.</param>
    /// <param name="kind">For the metric.</param>
    public void Close(CloseReason reason, string kind)
    {
        _metrics.Closed(kind);
        Close(reason);
    }

    /// <summary>Closes it.</summary>
    public void Close(CloseReason reason) => _ = _registry.CloseAsync(this, reason);

    /// <summary>Sends what waits, and then a close frame. Only the first reason counts.</summary>
    public async Task CloseAsync(CloseReason reason, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_closing is null)
            {
                if (reason == CloseReason.SessionEnded || reason == SlowReader)
                {
                    _waiting.Clear();
                }

                if (reason == CloseReason.SessionEnded && IsConnected)
                {
                    _waiting.Add(Frame.Disconnect);
                }

                Volatile.Write(ref _closing, reason);
                StartWriting();
            }
        }

        await _closeSent.Task.WaitAsync(cancellationToken);
    }

    public void Abort()
    {
        lock (_gate)
        {
            // Once it has ended, the request is not ours any more.
            if (!_hasEnded)
            {
                Stop();
                _request.Abort();
            }
        }
    }

    /// <summary>It has ended: what was written last may be on its way still.</summary>
    public void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
            Stop();
        }

        _heartbeat.Dispose();
        _connectLimit.Dispose();
        _closed.Cancel();
    }

    /// <summary>The client has answered a ping.</summary>
    public void Pong()
    {
        lock (_gate)
        {
            _awaitsPong = false;
            _heartbeat.Change(_options.PingInterval, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Whether to warn its client of a limit: once, each time that it comes near.</summary>
    public bool NeedsWarning(bool isNear)
    {
        var needs = isNear && !_isWarned;
        _isWarned = isNear;
        return needs;
    }

    /// <summary>Notes that its client sends a message, which it does not get itself. Noted before it is stored.</summary>
    public void BeginSend(string message)
    {
        lock (_sending)
        {
            _sending.Add(message);
        }
    }

    /// <summary>The message was not stored by this client.</summary>
    public void EndSend(string message)
    {
        lock (_sending)
        {
            _sending.Remove(message);
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = WriteAsync();

    // Whether a message that is being delivered is its client's own.
    private bool HasSent(MessageView message)
    {
        if (message.UserId != User)
        {
            return false;
        }

        lock (_sending)
        {
            return _sending.Remove(message.Id);
        }
    }

    private void Enqueue(byte[] frame)
    {
        _waiting.Add(frame);
        StartWriting();
    }

    private void Stop()
    {
        _isBroken = true;
        Volatile.Write(ref _closing, _closing ?? Silent);
        _waiting.Clear();
    }

    // Not on the sender's thread: one sender delivers to everybody.
    private void StartWriting()
    {
        if (!_isWriting)
        {
            _isWriting = true;
            _lane.Add(this);
        }
    }

    private async Task WriteAsync()
    {
        byte[]? batch = null;
        try
        {
            while (Take(ref batch, out var frames, out var close))
            {
                if (close is null)
                {
                    await _stream.WriteAsync(frames, CancellationToken.None);
                }
                else
                {
                    await SendCloseAsync(close);
                    _closeSent.TrySetResult();
                    return;
                }
            }
        }
        catch (Exception exception) when (SocketIoSession.IsGone(exception) || exception is InvalidOperationException)
        {
            // It has left. Kestrel calls a write to a connection that it has closed an invalid operation.
            Abort();
        }
        finally
        {
            if (batch is not null)
            {
                ArrayPool<byte>.Shared.Return(batch);
            }
        }
    }

    private async Task SendCloseAsync(CloseReason reason)
    {
        if (reason.Status == WebSocketCloseStatus.Empty)
        {
            // .NET would send 1005, which no frame may hold (RFC 6455, 7.4.1).
            await _stream.WriteAsync(Frame.CloseWithoutCode, CancellationToken.None);
            return;
        }

        await _socket.CloseOutputAsync(reason.Status, reason.Description.Length == 0 ? null : reason.Description, CancellationToken.None);
    }

    /// <returns><see langword="false"/> if nothing waits.</returns>
    private bool Take(ref byte[]? batch, out ReadOnlyMemory<byte> frames, out CloseReason? close)
    {
        lock (_gate)
        {
            close = null;
            if (!_waiting.TryTake(ref batch, out frames))
            {
                // After the close frame this stays "writing", so nothing follows it.
                close = _isBroken ? null : _closing;
                return _isWriting = close is not null;
            }

            if (_waiting.Bytes <= _options.MaxQueuedBytes / 4)
            {
                _caughtUp?.TrySetResult();
                _caughtUp = null;
            }

            return true;
        }
    }

    private void Beat()
    {
        lock (_gate)
        {
            if (_closing is not null)
            {
                return;
            }

            if (!_awaitsPong)
            {
                _awaitsPong = true;
                Enqueue(Frame.Ping);
            }
            else if (!IsHandling)
            {
                Close(Silent, "no pong");
                return;
            }

            _heartbeat.Change(_options.PingTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    private void EndUnlessConnected()
    {
        if (!IsConnected)
        {
            Close(Silent, "not connected");
        }
    }
}
