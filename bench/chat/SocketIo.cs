namespace Chat.Bench;

/// <summary>Socket.IO 4, as the original's clients use it. A sender does not hear its own messages, and asks for no acknowledgement.</summary>
internal sealed class SocketIo : Protocol
{
    internal override string Path => "/socket.io/";

    internal override string Query => "?EIO=4&transport=websocket";

    internal override int Receivers(int connections) => connections - 1;

    internal override string Message(string room, string text, long number) => $$"""42["message",{"text":"{{text}}"}]""";

    internal override int Hear(Connection connection, ReadOnlySpan<byte> said)
    {
        switch (said)
        {
            case [(byte)'2']:
                connection.Say("3");
                break;
            case [(byte)'0', (byte)'{', ..]:
                connection.Say("40");
                break;
            case [(byte)'4', (byte)'1' or (byte)'4', ..]:
                Refuse(said);
                break;
            default:
                if (said.StartsWith("""42["refused"""u8))
                {
                    Refuse(said);
                }

                break;
        }

        return 0;
    }
}
