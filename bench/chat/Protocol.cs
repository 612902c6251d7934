namespace Chat.Bench;

/// <summary>What clients say and hear over their WebSockets.</summary>
internal abstract class Protocol
{
    /// <summary>The path of the handshake, which is signed.</summary>
    internal abstract string Path { get; }

    internal virtual string Query => "";

    /// <summary>What the client says once the WebSocket is open; empty if the server speaks first.</summary>
    internal virtual string Hello => "";

    /// <summary>What the client says every few seconds; empty if it only answers.</summary>
    internal virtual string KeepAlive => "";

    /// <summary>How many of a room's connections get a message.</summary>
    internal abstract int Receivers(int connections);

    /// <param name="room">A discussion's id, or <c>lobby</c>.</param>
    /// <param name="text">Without characters that JSON escapes.</param>
    /// <param name="number">Another each time.</param>
    internal abstract string Message(string room, string text, long number);

    /// <summary>Counts acknowledgements in what the server said; answers it where that is due.</summary>
    /// <exception cref="InvalidOperationException">The server refused something.</exception>
    internal abstract int Hear(Connection connection, ReadOnlySpan<byte> said);

    protected static void Refuse(ReadOnlySpan<byte> said) =>
        throw new InvalidOperationException($"The server refused, as it does when the machine has other work: {System.Text.Encoding.UTF8.GetString(said)}");
}
