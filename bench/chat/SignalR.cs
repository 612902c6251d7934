namespace Chat.Bench;

/// <summary>SignalR's hub protocol in JSON. A sender hears its own messages too, and asks for each acknowledgement.</summary>
internal sealed class SignalR : Protocol
{
    private const char End = '\u001e';

    internal override string Path => "/hubs/chat";

    internal override string Hello => $$"""{"protocol":"json","version":1}{{End}}""";

    internal override string KeepAlive => $$"""{"type":6}{{End}}""";

    internal override int Receivers(int connections) => connections;

    internal override string Message(string room, string text, long number) =>
        $$"""{"type":1,"invocationId":"{{number}}","target":"Send","arguments":["{{room}}","{{text}}","bench-{{number}}"]}{{End}}""";

    internal override int Hear(Connection connection, ReadOnlySpan<byte> said)
    {
        var acknowledged = said.Count("""{"type":3,"""u8);
        if (said.StartsWith("""{"type":7"""u8) || (acknowledged > 0 && said.IndexOf(@""",""error"":"u8) >= 0))
        {
            Refuse(said);
        }

        return acknowledged;
    }
}
