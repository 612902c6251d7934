using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Aspire.Hosting.Testing;
using Godzilla.Tests.Clients;
using Godzilla.Tests.System.ServiceDefaults;

namespace Godzilla.Tests.System.Chat.SocketIo;

/// <summary>The heartbeat, with one that beats faster, and what a chat that ends says: a Chat and a Gateway with settings of their own.</summary>
[Collection(RunningSystem.Name)]
public sealed class HeartbeatTests(GodzillaApp app) : IAsyncLifetime
{
    private ServiceProcess? _chat;
    private ServiceProcess? _gateway;
    private Uri? _address;

    public async Task InitializeAsync()
    {
        var redis = (await app.App.GetConnectionStringAsync("redis"))!;
        _chat = await StartChatAsync();
        _gateway = ServiceProcess.Start(
            "Gateway",
            ("ConnectionStrings__redis", redis),
            ("services__accounts__http__0", app.App.GetEndpoint("accounts", "http").ToString()),
            ("services__chat__http__0", (await _chat.AddressAsync()).ToString()),
            ("RateLimits__Requests__PerSecond", "100000"),
            ("RateLimits__Requests__Burst", "100000"));
        _address = await _gateway.AddressAsync();
        using var client = GodzillaApp.CreateClient(_address);
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await client.GetAsync("/health");
                return response.IsSuccessStatusCode;
            },
            "the gateway is ready");
    }

    public Task DisposeAsync()
    {
        _gateway?.Dispose();
        _chat?.Dispose();
        return Task.CompletedTask;
    }

    private async Task<ServiceProcess> StartChatAsync(params (string Key, string Value)[] settings)
    {
        const string Presence = "services__presence__grpc__0";
        return ServiceProcess.Start(
            "Chat",
            [
                ("ConnectionStrings__redis", (await app.App.GetConnectionStringAsync("redis"))!),
                ("ConnectionStrings__chatdb", (await app.App.GetConnectionStringAsync("chatdb"))!),
                (Presence, app.VariableOf(Assert.Single(app.InstancesOf("chat")), Presence)),
                ("Identity__Callers__gateway__Key", GodzillaApp.KeyOf("gateway", "chat")),
                ("Identity__Callers__gateway__ForUsers", "true"),
                ("SocketIo__PingInterval", "00:00:00.5"),
                ("SocketIo__PingTimeout", "00:00:03"),
                ("SocketIo__ConnectTimeout", "00:00:01"),
                .. settings,
            ]);
    }

    [Fact]
    public async Task AClientThatAnswersIsPingedAgainAndOneThatDoesNotIsClosed()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.ConnectAsync(_address!, mothra.Token);
        for (var i = 0; i < 4; i++)
        {
            await socket.ReceiveAsync(packet => packet == "2");
            await socket.SendAsync("3");
        }

        await socket.ReceiveAsync(packet => packet == "2");
        await socket.ClosedAsync();
    }

    // .NET's client calls a close frame without a code 1000, so this reads the bytes.
    [Fact]
    public async Task TheCloseOfASilentClientHasNoCode()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = new TcpClient();
        await socket.ConnectAsync(_address!.Host, _address.Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + $"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: auth_token={mothra.Token}\r\n\r\n"));

        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.StartsWith("HTTP/1.1 101 ", Encoding.ASCII.GetString(bytes.ToArray()), StringComparison.Ordinal);
        Assert.Equal([0x88, 0], bytes.ToArray()[^2..]);
    }

    [Fact]
    public async Task WhoeverDoesNotConnectToTheNamespaceIsClosed()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.OpenAsync(_address!, mothra.Token);

        string? packet;
        do
        {
            packet = await socket.ReceiveAsync();
            if (packet == "2")
            {
                await socket.SendAsync("3");
            }
        }
        while (packet is not null);

        Assert.Equal(WebSocketState.CloseReceived, socket.State);
    }

    [Fact]
    public async Task AChatThatEndsSaysComeAgainAndNothingElse()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.ConnectAsync(_address!, mothra.Token);
        await socket.EventAsync("presence", _ => true);

        _chat!.Terminate();
        var (status, description, last) = await socket.ClosedAsync();

        Assert.Equal(((WebSocketCloseStatus)1012, "The server restarts"), (status, description));
        Assert.NotEqual("41", last);
        Assert.Equal(0, await _chat.ExitCodeAsync());
    }

    [Fact]
    public async Task AGatewayThatEndsHasItsConnectionsComeAgain()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var socket = await EngineSocket.ConnectAsync(_address!, mothra.Token);

        _gateway!.Terminate();
        var (status, description, last) = await socket.ClosedAsync();

        Assert.Equal(((WebSocketCloseStatus)1012, "The gateway restarts"), (status, description));
        Assert.NotEqual("41", last);
    }

    [Fact]
    public async Task TheNpmClientComesBackByItselfWhenAChatEnds()
    {
        await NodePackages.RestoreOnceAsync();
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        using var npm = NpmSocketIoTests.Start(_address!, mothra, discussion);
        await NpmSocketIoTests.ReadAsync(npm, line => NpmSocketIoTests.Has(line, "ready"));
        var address = (await _chat!.AddressAsync()).ToString();

        _chat.Terminate();
        var ended = await NpmSocketIoTests.ReadAsync(npm, line => NpmSocketIoTests.Has(line, "disconnect"));
        await _chat.ExitCodeAsync();
        _chat.Dispose();
        _chat = await StartChatAsync(("ASPNETCORE_URLS", address), ("Kestrel__Endpoints__http__Url", address));
        var back = await NpmSocketIoTests.ReadAsync(npm, line => NpmSocketIoTests.Has(line, "welcome"));

        Assert.Equal(
            ("transport close", true), (ended[^1].GetProperty("disconnect").GetString(), ended[^1].GetProperty("active").GetBoolean()));
        Assert.Equal(mothra.Name, back[^1].GetProperty("welcome").GetProperty("username").GetString());
    }
}
