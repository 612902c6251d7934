using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Godzilla.Tests.System.Gateway;

[Collection(RunningSystem.Name)]
public sealed class RoutingTests(GodzillaApp app)
{
    [Fact]
    public async Task TheGatewaySaysThatItIsThere()
    {
        using var gateway = app.CreateClient();
        Assert.Equal("""{"status":"ok"}""", await gateway.GetStringAsync("/healthz"));

        using var head = new HttpRequestMessage(HttpMethod.Head, "/healthz");
        using var response = await gateway.SendAsync(head);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task ADevelopersMachineHasAnyName()
    {
        using var gateway = app.CreateClient();
        gateway.DefaultRequestHeaders.Host = "any.example";

        using var response = await gateway.GetAsync("/user/me");

        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, response);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task TheHubIsForWebSockets(string method)
    {
        using var person = await app.SignUpAsync("gamera");
        using var request = new HttpRequestMessage(new HttpMethod(method), "/hubs/chat?id=none");

        using var response = await person.Http.SendAsync(request);

        Assert.Contains("WebSocket", await Envelope.AssertAsync(HttpStatusCode.BadRequest, response), StringComparison.Ordinal);
        using var negotiation = await person.Http.GetAsync("/hubs/chat/negotiate");
        await Envelope.AssertAsync(HttpStatusCode.MethodNotAllowed, negotiation);
    }

    [Fact]
    public async Task AHandshakeNeedsNoNegotiationHere()
    {
        using var person = await app.SignUpAsync("gamera");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/hubs/chat?id=nobody-negotiated-this");
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.Add(new("websocket"));
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");

        // Another replica may have answered the negotiation.
        using var response = await person.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal(HttpStatusCode.SwitchingProtocols, response.StatusCode);
    }

    [Theory]
    [InlineData("/nope")]
    [InlineData("/user")]
    [InlineData("/user/loginX")]
    [InlineData("/presence/everybody")]
    [InlineData("/discussion/lobby/secrets")]
    [InlineData("/presence.PresenceService/GetOnlineUsers")]
    public async Task WhatIsNotRoutedIsNotFound(string path)
    {
        using var person = await app.SignUpAsync("gamera");

        using var response = await person.Http.GetAsync(path);

        Assert.Equal("Not Found", await Envelope.AssertAsync(HttpStatusCode.NotFound, response));
    }

    [Theory]
    [InlineData("GET", "/user/login")]
    [InlineData("DELETE", "/user/register")]
    [InlineData("PUT", "/discussion")]
    [InlineData("POST", "/presence/online")]
    public async Task AnotherMethodIsNotAllowed(string method, string path)
    {
        using var person = await app.SignUpAsync("gamera");
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await person.Http.SendAsync(request);

        Assert.Equal("Method Not Allowed", await Envelope.AssertAsync(HttpStatusCode.MethodNotAllowed, response));
    }

    [Fact]
    public async Task BodyThatIsNotJsonIsAnUnsupportedMediaType()
    {
        using var person = await app.SignUpAsync("gamera");
        foreach (var path in new[] { "/user/login", "/user/register", "/discussion", "/discussion/lobby/messages" })
        {
            using var form = new StringContent("username=a&password=b", Encoding.UTF8, "application/x-www-form-urlencoded");
            using var response = await person.Http.PostAsync(path, form);
            await Envelope.AssertAsync(HttpStatusCode.UnsupportedMediaType, response);
        }
    }

    // That no service logs an error of it is checked at the end of the run.
    [Fact]
    public async Task ABodyThatIsAnnouncedTooLargeIsRefusedBeforeItIsSent()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(app.Gateway.Host, app.Gateway.Port);
        using var reader = new StreamReader(socket.GetStream());
        await socket.GetStream().WriteAsync(
            "POST /user/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20000\r\n\r\n"u8.ToArray());

        Assert.Equal("HTTP/1.1 413 Payload Too Large", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)));

        // The body never comes, and the connection ends.
        try
        {
            await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (IOException)
        {
            // Reset.
        }
    }

    [Fact]
    public async Task TenMegabytesAreTooLarge()
    {
        using var person = await app.SignUpAsync("gamera");
        foreach (var path in new[] { "/user/login", "/user/register", "/discussion", "/discussion/lobby/messages" })
        {
            using var body = new StringContent($"[\"{new string('x', 10_000_000)}\"]", Encoding.UTF8, "application/json");
            using var response = await person.Http.PostAsync(path, body);
            await Envelope.AssertAsync(HttpStatusCode.RequestEntityTooLarge, response);
        }
    }

    [Theory]
    [InlineData("""{"users":"rodan"}""")]
    [InlineData("""{"users":[7]}""")]
    [InlineData("""{"users":[null]}""")]
    [InlineData("""{"users":[]}""")]
    [InlineData("""{"users":["a b"]}""")]
    [InlineData("""{"users":["rodan"],"title":7}""")]
    [InlineData("""{"users":["rodan"],"title":"T\u001b[2J"}""")]
    [InlineData("""{"users":["rodan"],"title":"two\nlines"}""")]
    [InlineData("""{"users":["rodan"],"title":"half \ud83d"}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("""{"users":""")]
    public async Task DiscussionThatCannotBeReadIsABadRequest(string body)
    {
        using var person = await app.SignUpAsync("gamera");
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await person.Http.PostAsync("/discussion", content);

        await Envelope.AssertAsync(HttpStatusCode.BadRequest, response);
    }
}
