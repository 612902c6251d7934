using System.Text;

namespace Godzilla.Chat.SocketIo;

/// <summary>An event that a Socket.IO client can send.</summary>
/// <param name="name">As clients know it.</param>
internal abstract class ClientEvent(string name)
{
    private readonly byte[] _name = Encoding.UTF8.GetBytes(name);

    public string Name => name;

    public bool Is(in Packet packet) => packet.IsEvent(_name);

    /// <summary>Does what the event asks for, and answers it.</summary>
    public abstract Task RunAsync(SocketIoConnection connection, in Packet packet);

    /// <summary>Tells a client that an event failed: as its acknowledgement, or as an event where the client asks for none.</summary>
    public static void Refuse(SocketIoConnection connection, long? id, string name, Refusal refusal) => connection.Send(
        id is { } number
            ? Frame.Ack(number, new ErrorAck(refusal))
            : Frame.Event(ServerEvents.Refused, new ErrorEvent(name, refusal.Code, refusal.Message)));
}
