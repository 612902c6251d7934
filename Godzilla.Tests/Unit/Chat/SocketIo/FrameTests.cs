using System.Net.WebSockets;
using System.Text;
using Godzilla.Chat.SocketIo;

namespace Godzilla.Tests.Unit.Chat.SocketIo;

/// <summary>A WebSocket client reads our frames, whatever their length.</summary>
public sealed class FrameTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(1_000_000)]
    public async Task AFrameOfAnyLengthIsRead(int length)
    {
        var text = new string('x', length);

        Assert.Equal([text, "2"], await ReadAsync(2, Frame.Text(Encoding.UTF8.GetBytes(text)), Frame.Ping));
    }

    [Fact]
    public async Task PacketsAreOfTheProtocol()
    {
        var at = new DateTime(2026, 11, 24, 12, 0, 0, DateTimeKind.Utc);
        var packets = await ReadAsync(
            6,
            Frame.Open("abc", new SocketIoOptions()),
            Frame.Connected("abc"),
            Frame.InvalidNamespace("/admin"u8),
            Frame.Event(ServerEvents.Message, new MessageEvent("mothra", new MessageData("<b>\u00e9\ud83d\ude00\"\n"), at, "i", 7, "lobby")),
            Frame.Ack(12, new ErrorAck(new Refusal(404, "Discussion not found"))),
            Frame.Disconnect);

        Assert.Equal(
            [
                """0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":65536}""",
                """40{"sid":"abc"}""",
                """44/admin,{"message":"Invalid namespace"}""",
                """42["message",{"from":"mothra","data":{"text":"<b>é\uD83D\uDE00\"\n"},"timestamp":"2026-11-24T12:00:00.000Z","id":"i","seq":7,"discussion_id":"lobby"}]""",
                """4312[{"error":{"code":404,"message":"Discussion not found"}}]""",
                "41",
            ],
            packets);
    }

    private static async Task<List<string>> ReadAsync(int count, params byte[][] frames)
    {
        using var stream = new MemoryStream([.. frames.SelectMany(frame => frame)]);
        using var client = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = false });
        var texts = new List<string>();
        var buffer = new byte[2_000_000];
        for (var i = 0; i < count; i++)
        {
            var length = 0;
            ValueWebSocketReceiveResult received;
            do
            {
                received = await client.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += received.Count;
            }
            while (!received.EndOfMessage);
            texts.Add(Encoding.UTF8.GetString(buffer, 0, length));
        }

        return texts;
    }
}
