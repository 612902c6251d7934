namespace Godzilla.Chat.SocketIo;

/// <summary>The types of packets in Socket.IO's protocol 5, with their numbers on the wire.</summary>
internal enum PacketType
{
    Connect = 0,
    Disconnect = 1,
    Event = 2,
    Ack = 3,
    ConnectError = 4,
    BinaryEvent = 5,
    BinaryAck = 6,
}
