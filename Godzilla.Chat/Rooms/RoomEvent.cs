using Godzilla.Chat.Messages;
using Godzilla.Chat.SocketIo;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Godzilla.Chat.Rooms;

/// <summary>A message, or a change of one, on its way to the clients of a room. It is serialised once for all clients of a protocol.</summary>
internal sealed class RoomEvent
{
    private readonly ServerEvent<MessageView>? _change;
    private byte[]? _forHub;
    private byte[]? _forSocketIo;

    private RoomEvent(string name, Message message, ServerEvent<MessageView>? change) =>
        (Name, Message, _change) = (name, MessageView.Of(message), change);

    /// <summary>As clients know it: <c>message</c>, <c>message_edited</c> or <c>message_deleted</c>.</summary>
    public string Name { get; }

    public MessageView Message { get; }

    /// <summary>As an event of the hub, whose only protocol is JSON.</summary>
    public byte[] ForHub(IHubProtocol json) => _forHub ??= Frame.Text(json.GetMessageBytes(new InvocationMessage(Name, [Message])).Span);

    /// <summary>As an event of Socket.IO. The original's clients know <c>message</c> alone, in a shape of its own.</summary>
    public byte[] ForSocketIo => _forSocketIo ??= _change is null
        ? Frame.Event(ServerEvents.Message, MessageEvent.Of(Message))
        : Frame.Event(_change, Message);

    public bool IsNew => _change is null;

    public static RoomEvent New(Message message) => new(ServerEvents.Message.Name, message, change: null);

    public static RoomEvent Changed(Message message)
    {
        var change = message.Deleted ? ServerEvents.MessageDeleted : ServerEvents.MessageEdited;
        return new RoomEvent(change.Name, message, change);
    }
}
