using System.Buffers;
using System.Net.WebSockets;
using Godzilla.Chat.Connections;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Moderation;
using Godzilla.Chat.Presence;
using Godzilla.Chat.Rooms;
using Godzilla.Chat.SignalR;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Mongo;

namespace Godzilla.Chat.SocketIo;

/// <summary>
/// Reads what a Socket.IO client sends, one packet after the other: Engine.IO's protocol 4 and Socket.IO's protocol 5, as the reference server
/// has them. An event is handled to its end before the next is read, so a client's messages keep their order, and one that sends too fast
/// is held back by its own connection.
/// </summary>
internal sealed class SocketIoSession(
    SocketIoConnection connection,
    WebSocket socket,
    RoomRegistry rooms,
    SocketIoRooms receivers,
    ClientEvents events,
    PresenceSync presence,
    LobbyBans bans,
    FailurePolicy failures,
    SocketIoOptions options,
    TimeProvider time)
{
    private const int FirstBuffer = 4096;

    private static readonly CloseReason Unavailable = new((WebSocketCloseStatus)1013, "Service Unavailable");
    private static readonly CloseReason Left = new(WebSocketCloseStatus.NormalClosure, "");
    private static readonly CloseReason BadPacket = new(WebSocketCloseStatus.ProtocolError, "That is no packet of Engine.IO 4 and Socket.IO 5");

    // A packet that waits for its attachments, and how many are still to come.
    private byte[]? _incomplete;
    private int _attachments;

    /// <summary>Whether an exception says that the other side is not there any more.</summary>
    public static bool IsGone(Exception exception) => exception is
        WebSocketException or IOException or OperationCanceledException or ObjectDisposedException;

    /// <summary>Reads to the end of the connection.</summary>
    public async Task RunAsync()
    {
        connection.Send(Frame.Open(connection.Id, options));
        try
        {
            while (await ReadAsync())
            {
                // Until the client leaves.
            }
        }
        catch (Exception exception) when (IsGone(exception))
        {
            // It has left without a word, or sent no WebSocket frames: its own matter.
        }
    }

    private async Task<bool> ReadAsync()
    {
        // Without a buffer, so that a silent client costs none.
        var arrival = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
        if (arrival.MessageType == WebSocketMessageType.Close)
        {
            return await AnswerCloseAsync();
        }

        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var (length, isEnd) = (0, arrival.EndOfMessage);
            while (!isEnd)
            {
                if (length == buffer.Length)
                {
                    buffer = Grow(buffer);
                }

                var received = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    return await AnswerCloseAsync();
                }

                isEnd = received.EndOfMessage;
                length += received.Count;
                if (connection.IsClosing)
                {
                    length = 0;
                }
                else if (length > options.MaxPayload)
                {
                    connection.Close(
                        new CloseReason(WebSocketCloseStatus.MessageTooBig, $"A packet may have at most {options.MaxPayload} bytes"), "too large");
                }
            }

            if (!connection.IsClosing)
            {
                connection.IsHandling = true;
                await HandleAsync(buffer.AsMemory(0, length), arrival.MessageType);
                connection.IsHandling = false;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private async Task<bool> AnswerCloseAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1), time);
        await connection.CloseAsync(Left, limit.Token);
        return false;
    }

    private Task HandleAsync(ReadOnlyMemory<byte> frame, WebSocketMessageType type)
    {
        if (type == WebSocketMessageType.Binary)
        {
            return AttachAsync();
        }

        switch (frame.Span is [var first, ..] ? first : default)
        {
            case (byte)'1':
                connection.Close(Left);
                return Task.CompletedTask;
            case (byte)'3':
                connection.Pong();
                return Task.CompletedTask;
            case (byte)'4':
                return HandlePacketAsync(frame[1..]);

            // An attachment in base 64, for clients that cannot send bytes.
            case (byte)'b':
                return AttachAsync();

            // Open, upgrade and noop ask for nothing here.
            case (byte)'0' or (byte)'5' or (byte)'6':
                return Task.CompletedTask;

            // In protocol 4 it is the server that pings.
            default:
                return RefuseAsync();
        }
    }

    private Task HandlePacketAsync(ReadOnlyMemory<byte> text)
    {
        if (_incomplete is not null || !Packet.TryParse(text.Span, out var packet))
        {
            return RefuseAsync();
        }

        if (packet.Attachments > 0)
        {
            (_incomplete, _attachments) = (text.ToArray(), packet.Attachments);
            return Task.CompletedTask;
        }

        return DispatchAsync(in packet);
    }

    // No event of ours has bytes in it: an attachment is read and dropped, and its packet handled with the placeholder in its place.
    private Task AttachAsync()
    {
        if (_incomplete is null)
        {
            return RefuseAsync();
        }

        if (--_attachments > 0)
        {
            return Task.CompletedTask;
        }

        var text = _incomplete;
        _incomplete = null;
        return Packet.TryParse(text, out var packet) ? DispatchAsync(in packet) : RefuseAsync();
    }

    private Task DispatchAsync(in Packet packet)
    {
        if (!packet.IsInMainNamespace)
        {
            if (packet.Type != PacketType.Connect)
            {
                return RefuseAsync();
            }

            connection.Send(Frame.InvalidNamespace(packet.Namespace));
            return Task.CompletedTask;
        }

        switch (packet.Type)
        {
            // What it says of who it is counts for nothing: the gateway knows.
            case PacketType.Connect when !connection.IsConnected:
                return ConnectAsync();
            case PacketType.Disconnect when connection.IsConnected:
                receivers.Remove(connection);
                connection.Close(Left);
                return Task.CompletedTask;
            case PacketType.Event or PacketType.BinaryEvent when connection.IsConnected:
                presence.Touch(connection.Id);
                return events.HandleAsync(connection, in packet);

            // Nothing asks for one.
            case PacketType.Ack or PacketType.BinaryAck when connection.IsConnected:
                return Task.CompletedTask;
            default:
                return RefuseAsync();
        }
    }

    private async Task ConnectAsync()
    {
        try
        {
            receivers.Add(connection);
            if (!bans.Contains(connection.User))
            {
                await receivers.EnterAsync(rooms.Get(DiscussionId.Lobby), connection);
            }

            // Whoever applied a ban meanwhile has not found it there.
            if (bans.Contains(connection.User))
            {
                receivers.Leave(DiscussionId.Lobby, connection);
            }
        }
        catch (Exception exception) when (failures.IsOutage(exception, "connect"))
        {
            // A connect error would tell the client not to come back.
            connection.Close(Unavailable);
            return;
        }

        connection.Connect(
            Frame.Connected(connection.Id),
            Frame.Event(ServerEvents.Welcome, new Welcome($"Welcome {connection.User}!", connection.User, time.GetBsonTime())));
        presence.Connected(connection.User, connection.Id, online => connection.SendWhenConnected(SocketIoRooms.Online(online)));
    }

    private Task RefuseAsync()
    {
        connection.Close(BadPacket, "bad packet");
        return Task.CompletedTask;
    }
}
