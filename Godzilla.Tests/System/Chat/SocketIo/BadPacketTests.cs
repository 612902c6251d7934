using System.Net.WebSockets;
using System.Text;

namespace Godzilla.Tests.System.Chat.SocketIo;

/// <summary>What a client does wrong ends its connection, with a code that says so, and warns of nothing.</summary>
[Collection(RunningSystem.Name)]
public sealed class BadPacketTests(GodzillaApp app)
{
    private const WebSocketCloseStatus BadPacket = WebSocketCloseStatus.ProtocolError;

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("7")]
    [InlineData("2")]
    [InlineData("4")]
    [InlineData("40")]
    [InlineData("42")]
    [InlineData("42[\"message\"")]
    [InlineData("42[\"disconnect\"]")]
    [InlineData("42/admin,[\"message\"]")]
    [InlineData("44{}")]
    [InlineData("451-[\"message\",{}]|42[\"message\",{}]")]
    [InlineData("bAQI=")]
    public async Task WhatIsNoPacketEndsTheConnection(string packets)
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        var before = Warnings().Count;

        foreach (var packet in packets.Split('|'))
        {
            await socket.SendAsync(packet);
        }

        Assert.Equal(BadPacket, (await socket.ClosedAsync()).Status);
        await EndedAsync(mothra);
        Assert.Equal(before, Warnings().Count);
    }

    [Theory]
    [InlineData("42[\"message\",{\"text\":\"early\"}]")]
    [InlineData("41")]
    [InlineData("43[]")]
    public async Task BeforeTheNamespaceNothingElseIsTaken(string packet)
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.OpenAsync(app.Gateway, mothra.Token);

        await socket.SendAsync(packet);

        Assert.Equal(BadPacket, (await socket.ClosedAsync()).Status);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("3")]
    [InlineData("3probe")]
    [InlineData("5")]
    [InlineData("6")]
    [InlineData("430[]")]
    [InlineData("42[\"unknown\",{}]")]
    [InlineData("42[7]")]
    public async Task WhatAsksForNothingIsPassedOver(string packet)
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);

        await socket.SendAsync(packet);

        await AssertLivesAsync(socket);
    }

    [Fact]
    public async Task BytesBelongToAnEventThatAnnouncedThem()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        using var other = await EngineSocket.ConnectAsync(app.Gateway, rodan.Token);
        var text = Guid.NewGuid().ToString();

        await socket.SendAsync($$$"""452-["message",{"text":"{{{text}}}","a":{"_placeholder":true,"num":0},"b":{"_placeholder":true,"num":1}}]""");
        await socket.SendAsync([1, 2, 3], WebSocketMessageType.Binary);
        await socket.SendAsync("bAQID");
        var message = await other.EventAsync("message", message => message.GetProperty("from").GetString() == mothra.Name);
        await socket.SendAsync("""451-9["message",{"text":{"_placeholder":true,"num":0}}]""");
        await socket.SendAsync([1, 2, 3], WebSocketMessageType.Binary);
        var refused = await socket.ReceiveAsync(packet => packet.StartsWith("439", StringComparison.Ordinal));
        await socket.SendAsync([1, 2, 3], WebSocketMessageType.Binary);

        Assert.Equal($$"""{"text":"{{text}}"}""", message.GetProperty("data").GetRawText());
        Assert.Equal("""439[{"error":{"code":400,"message":"message needs an object with fields of the right types"}}]""", refused);
        Assert.Equal(BadPacket, (await socket.ClosedAsync()).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task APacketHasALimitThatTheCloseTells(bool inPieces)
    {
        const int Max = 64 * 1024;
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);

        const string Begin = "4212[\"message\",{\"pad\":\"";
        const string End = "\"}]";
        await socket.SendAsync($"{Begin}{new string('x', Max - Begin.Length - End.Length)}{End}");
        Assert.StartsWith("4312[{\"error\"", await socket.ReceiveAsync(packet => packet.StartsWith("43", StringComparison.Ordinal)), StringComparison.Ordinal);
        var tooLarge = Encoding.UTF8.GetBytes($"42[\"message\",{{\"text\":\"{new string('x', Max)}\"}}]");
        if (inPieces)
        {
            foreach (var piece in tooLarge.Chunk(1000))
            {
                await socket.SendAsync(piece, WebSocketMessageType.Text, isEnd: false);
            }
        }
        else
        {
            await socket.SendAsync(tooLarge, WebSocketMessageType.Text);
        }

        var (status, description, _) = await socket.ClosedAsync();
        Assert.Equal((WebSocketCloseStatus.MessageTooBig, "A packet may have at most 65536 bytes"), (status, description));
    }

    [Fact]
    public async Task PiecesOfAMessageAreOnePacket()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);

        foreach (var (piece, isEnd) in new[] { ("", false), ("4", false), ("27[\"his", false), ("", false), ("tory\",{\"discussion_id\":\"lobby\"}]", false), ("", true) })
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(piece), WebSocketMessageType.Text, isEnd);
        }

        await socket.ReceiveAsync(packet => packet.StartsWith("437[{\"messages\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AClientThatBreaksOffIsGoneAndWarnsOfNothing()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var other = await EngineSocket.ConnectAsync(app.Gateway, rodan.Token);
        var before = Warnings().Count;
        var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        await other.EventAsync("presence", presence => presence.GetProperty("online").EnumerateArray().Any(user => user.GetString() == mothra.Name));
        await socket.SendAsync(Encoding.UTF8.GetBytes("42[\"mess"), WebSocketMessageType.Text, isEnd: false);

        socket.Abort();

        await other.EventAsync("presence", presence => presence.GetProperty("online").EnumerateArray().All(user => user.GetString() != mothra.Name));
        await EndedAsync(mothra);
        Assert.Equal(before, Warnings().Count);
    }

    [Fact]
    public async Task AClientLeavesWithADisconnectOrAClosePacket()
    {
        using var mothra = await app.SignUpAsync("mothra");
        foreach (var packet in new[] { "41", "1" })
        {
            using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);

            await socket.SendAsync(packet);

            Assert.Equal(WebSocketCloseStatus.NormalClosure, (await socket.ClosedAsync()).Status);
        }
    }

    [Fact]
    public async Task AnEndedSessionGetsADisconnectAnd4401()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        using var waiting = await EngineSocket.OpenAsync(app.Gateway, mothra.Token);
        using var other = await EngineSocket.ConnectAsync(app.Gateway, rodan.Token);
        await waiting.ReceiveAsync();

        await mothra.LogOutAsync();
        var closed = await socket.ClosedAsync().WaitAsync(Slack.Second);
        var never = await waiting.ClosedAsync().WaitAsync(Slack.Second);

        Assert.Equal(((WebSocketCloseStatus)4401, "The session has ended", "41"), closed);
        Assert.Equal(((WebSocketCloseStatus)4401, "The session has ended", (string?)null), never);
        await AssertLivesAsync(other);
    }

    // Nothing is read from it: what it asks for fills every buffer on the way, and then its queue.
    [Fact]
    public async Task ASlowReaderIsClosedAndNobodyElseWaits()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync();
        for (var i = 0; i < 20; i++)
        {
            await mothra.PostAsync(discussion, [.. Enumerable.Repeat(new string('\u6015', 4000), 5)]);
        }

        using var slow = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        using var fast = await EngineSocket.ConnectAsync(app.Gateway, rodan.Token);
        for (var i = 0; i < 100; i++)
        {
            await slow.SendAsync($$"""421["history",{"discussion_id":"{{discussion}}","limit":100}]""");
        }

        await Eventually.TrueAsync(
            async () => !(await rodan.Http.GetStringAsync("/presence/online")).Contains(mothra.Name, StringComparison.Ordinal), "the slow reader is gone");
        await AssertLivesAsync(fast);
        using var again = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        await AssertLivesAsync(again);
    }

    private static async Task AssertLivesAsync(EngineSocket socket)
    {
        var page = await socket.AskAsync("history", new { discussion_id = "lobby", limit = 1 });
        Assert.True(page.TryGetProperty("messages", out _));
    }

    // Its line in the access log is written after all that the gateway has to say.
    private Task EndedAsync(Person person) => Eventually.TrueAsync(
        () => app.Logs.LinesOf("gateway").Any(line =>
            line.Contains("\"path\":\"/socket.io/\"", StringComparison.Ordinal) && line.Contains(person.Name, StringComparison.Ordinal)),
        "the request has ended");

    private List<string> Warnings() => [.. new[] { "gateway", "chat" }.SelectMany(app.Logs.LinesOf)
        .Where(line => line.Contains("warn ", StringComparison.Ordinal) || line.Contains("fail ", StringComparison.Ordinal))];
}
