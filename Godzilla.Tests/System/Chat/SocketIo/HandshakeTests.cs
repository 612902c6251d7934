using System.Net;
using System.Net.WebSockets;

namespace Godzilla.Tests.System.Chat.SocketIo;

/// <summary>What opens a Socket.IO connection, and what Engine.IO answers to the rest.</summary>
[Collection(RunningSystem.Name)]
public sealed class HandshakeTests(GodzillaApp app)
{
    [Theory]
    [InlineData("GET", "?EIO=4&transport=polling", """{"code":0,"message":"Transport unknown"}""")]
    [InlineData("POST", "?EIO=4&transport=polling&sid=abc", """{"code":0,"message":"Transport unknown"}""")]
    [InlineData("GET", "", """{"code":0,"message":"Transport unknown"}""")]
    [InlineData("GET", "?EIO=4&transport=websocket&transport=polling", """{"code":0,"message":"Transport unknown"}""")]
    [InlineData("GET", "?EIO=4&transport=websocket&sid=abc", """{"code":1,"message":"Session ID unknown"}""")]
    [InlineData("POST", "?EIO=4&transport=websocket", """{"code":2,"message":"Bad handshake method"}""")]
    [InlineData("GET", "?EIO=4&transport=websocket", """{"code":3,"message":"Bad request"}""")]
    public async Task ARequestThatIsNoHandshakeGetsSocketIosAnswer(string method, string query, string expected)
    {
        using var mothra = await app.SignUpAsync("mothra");

        using var response = await mothra.SendAsync(new HttpMethod(method), $"/socket.io/{query}");

        Assert.Equal((HttpStatusCode.BadRequest, "application/json", expected), (
            response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("?EIO=3&transport=websocket")]
    [InlineData("?transport=websocket")]
    [InlineData("?EIO=4&transport=websocket&sid=abc")]
    [InlineData("?EIO=4&transport=polling")]
    public async Task AWebSocketOfAnotherProtocolIsRefused(string query)
    {
        using var mothra = await app.SignUpAsync("mothra");

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => EngineSocket.OpenAsync(app.Gateway, mothra.Token, query));

        Assert.Contains("'400'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutASessionOrFromAnotherSitesPageItIsRefused()
    {
        using var mothra = await app.SignUpAsync("mothra");

        var nobody = await Assert.ThrowsAsync<WebSocketException>(() => EngineSocket.OpenAsync(app.Gateway, "nothing"));
        var elsewhere = await Assert.ThrowsAsync<WebSocketException>(
            () => EngineSocket.OpenAsync(app.Gateway, mothra.Token, origin: "https://elsewhere.example"));

        Assert.Contains("'401'", nobody.Message, StringComparison.Ordinal);
        Assert.Contains("'403'", elsewhere.Message, StringComparison.Ordinal);
        using var client = app.CreateClient();
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, await client.GetAsync("/socket.io/?EIO=4&transport=polling"));
    }

    [Fact]
    public async Task AConnectionOpensFrameByFrame()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.OpenAsync(app.Gateway, mothra.Token);

        var open = await socket.ReceiveAsync();
        await socket.SendAsync("40{\"username\":\"ghidorah\"}");
        var connected = await socket.ReceiveAsync();
        var welcome = await socket.ReceiveAsync();

        Assert.Matches("""^0\{"sid":"[A-Za-z0-9_-]{20}","upgrades":\[\],"pingInterval":25000,"pingTimeout":20000,"maxPayload":65536\}$""", open);
        Assert.Matches("""^40\{"sid":"[A-Za-z0-9_-]{20}"\}$""", connected);
        Assert.Matches(
            $$"""^42\["welcome",\{"message":"Welcome {{mothra.Name}}!","username":"{{mothra.Name}}","timestamp":"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\d\dZ"\}\]$""",
            welcome);
        await socket.EventAsync(
            "presence", presence => presence.GetProperty("online").EnumerateArray().Any(user => user.GetString() == mothra.Name));
        await socket.LeaveAsync();
        await Eventually.TrueAsync(
            async () => !(await mothra.Http.GetStringAsync("/presence/online")).Contains(mothra.Name, StringComparison.Ordinal), "mothra is offline");
    }

    [Fact]
    public async Task AnotherNamespaceIsRefusedAndTheMainOneIsStillOpen()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.OpenAsync(app.Gateway, mothra.Token);
        await socket.ReceiveAsync();

        await socket.SendAsync("40/admin,{\"token\":\"1\"}");
        var refused = await socket.ReceiveAsync();
        await socket.SendAsync("40");
        var connected = await socket.ReceiveAsync();

        Assert.Equal("44/admin,{\"message\":\"Invalid namespace\"}", refused);
        Assert.StartsWith("40{", connected, StringComparison.Ordinal);
    }
}
