using System.Net;
using System.Net.WebSockets;

namespace Godzilla.Tests.Gateway;

[Collection(RunningSystem.Name)]
public sealed class OriginTests(GodzillaApp app)
{
    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("http://localhost.evil.example")]
    public async Task AnotherSitesPageCannotOpenASocket(string origin)
    {
        using var person = await app.SignUpAsync("hedorah");
        using var socket = Socket(person, origin);

        await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(socket));

        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    [Fact]
    public async Task ThePageOfTheSiteItselfCan()
    {
        using var person = await app.SignUpAsync("hedorah");
        using var socket = Socket(person, app.Gateway.GetLeftPart(UriPartial.Authority));

        await ConnectAsync(socket);

        Assert.Equal(WebSocketState.Open, socket.State);
    }

    private static ClientWebSocket Socket(Person person, string origin)
    {
        var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.SetRequestHeader("Origin", origin);
        socket.Options.SetRequestHeader("Cookie", $"auth_token={person.Token}");
        return socket;
    }

    private async Task ConnectAsync(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await socket.ConnectAsync(new UriBuilder(app.Gateway) { Scheme = "ws", Path = "/hubs/chat" }.Uri, limit.Token);
    }
}
