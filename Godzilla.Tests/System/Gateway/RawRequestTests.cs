using System.Globalization;
using System.Net;

namespace Godzilla.Tests.System.Gateway;

/// <summary>What hostile and broken clients send. Each gets a clear answer, and nobody after them is worse off.</summary>
public sealed class RawRequestTests(RawRequestTests.ImpatientGateway impatient) : IClassFixture<RawRequestTests.ImpatientGateway>
{
    private const string End = "\r\n\r\n";
    private const string Host = "Host: 127.0.0.1\r\n";

    private static readonly (int[] Statuses, string Request)[] Requests =
    [
        // Smuggling: two readers must not find two ends.
        ([400], $"POST /open HTTP/1.1\r\n{Host}Content-Length: 5\r\nTransfer-Encoding: chunked{End}0{End}"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\nContent-Length: 5{End}0{End}"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Content-Length: 5\r\nContent-Length: 6{End}hello"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Content-Length: 5\r\nContent-Length: 5{End}hello"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Content-Length: 5, 5{End}hello"),
        ([200], $"POST /open HTTP/1.1\r\n{Host}Content-Length: +5{End}hello"), // Kestrel reads 5, and that is what goes on.
        ([400], $"POST /open HTTP/1.1\r\n{Host}Content-Length: -1{End}"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Content-Length: 0x5{End}hello"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Content-Length: 99999999999999999999{End}"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Content-Length : 5{End}hello"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Transfer-Encoding: chunked, identity{End}0{End}"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Transfer-Encoding: xchunked{End}0{End}"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Transfer-Encoding: gzip{End}x"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Transfer-Encoding : chunked{End}0{End}"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Transfer-Encoding: chunked{End}zz\r\nhello\r\n0{End}"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Transfer-Encoding: chunked{End}-5\r\nhello\r\n0{End}"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Transfer-Encoding: chunked{End}FFFFFFFFFFFFFFFFF\r\nhello\r\n0{End}"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Transfer-Encoding: chunked{End}5\r\nhelloXX0{End}"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}Transfer-Encoding: chunked{End}5\nhello\r\n0{End}"),
        ([400], $"POST /open HTTP/1.1\r\n{Host}{End}".Replace(Host + "\r\n", $"X: 1\r\n Content-Length: 5\r\n{Host}\r\n", StringComparison.Ordinal)),

        // Lines and headers that are none.
        ([400], $"GET /healthz HTTP/1.1\r\n{Host}X: one\r\n two{End}"),
        ([400], "GET /healthz HTTP/1.1\nHost: 127.0.0.1\n\n"),
        ([400], "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\nX: 1\r\n\r\n"),
        ([400], $"GET /healthz HTTP/1.1\r\n{Host}X: a\0b{End}"),
        ([400], $"GET /healthz HTTP/1.1\r\n{Host}X\0: a{End}"),
        ([400], $"GET /healthz HTTP/1.1\r\n{Host}X : a{End}"),
        ([400], $"GET /healthz HTTP/1.1\r\n{Host}: a{End}"),
        ([400], $"GET /healthz HTTP/1.1\r\n{Host}X{End}"),
        ([400], $"GET /healthz HTTP/1.1\r\n{Host}X: a\rb{End}"),
        ([400], $"GET /healthz HTTP/1.1\r\n\r\n"),
        ([400], $"GET /healthz HTTP/1.1\r\n{Host}Host: 127.0.0.1{End}"),
        ([400], $"GET /healthz HTTP/1.1\r\nHost: evil.example, 127.0.0.1{End}"),
        ([400], $"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:x{End}"),
        ([400], $"GET /open HTTP/1.1\r\nHost: evil.example{End}"),
        ([200], $"GET /healthz HTTP/1.1\r\nHost: evil.example{End}"),

        // Targets.
        ([200], $"GET http://127.0.0.1/healthz HTTP/1.1\r\n{Host}\r\n"),
        ([400], $"GET http://evil.example/healthz HTTP/1.1\r\n{Host}\r\n"),
        ([405], $"GET 127.0.0.1:80 HTTP/1.1\r\n{Host}\r\n"),
        ([400, 404, 405], $"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1:80{End}"),
        ([405], $"GET * HTTP/1.1\r\n{Host}\r\n"),
        ([405], $"OPTIONS * HTTP/1.1\r\n{Host}\r\n"),
        ([200], $"GET /open/../healthz HTTP/1.1\r\n{Host}\r\n"),
        ([200], $"GET /open/%2e%2e/healthz HTTP/1.1\r\n{Host}\r\n"),
        ([401], $"GET /open/../user/me HTTP/1.1\r\n{Host}\r\n"),
        ([401], $"GET /open/%2e%2e/user/me HTTP/1.1\r\n{Host}\r\n"),
        ([401], $"GET /open/%2E./user/me HTTP/1.1\r\n{Host}\r\n"),
        ([200], $"GET /open/..%2Fuser/me HTTP/1.1\r\n{Host}\r\n"),
        ([200], $"GET /open/..\\user\\me HTTP/1.1\r\n{Host}\r\n"),
        ([404], $"GET /../../etc/passwd HTTP/1.1\r\n{Host}\r\n"),
        ([404], $"GET //healthz HTTP/1.1\r\n{Host}\r\n"),
        ([404], $"GET /user//me HTTP/1.1\r\n{Host}\r\n"),
        ([404], $"GET /user%2Fme HTTP/1.1\r\n{Host}\r\n"),
        ([404], $"GET /user\\me HTTP/1.1\r\n{Host}\r\n"),
        ([400], $"GET /healthz%00 HTTP/1.1\r\n{Host}\r\n"),
        ([400], $"GET /healthz\0 HTTP/1.1\r\n{Host}\r\n"),
        ([400, 404], $"GET /%zz HTTP/1.1\r\n{Host}\r\n"),
        ([400, 404], $"GET /%c0%ae%c0%ae/ HTTP/1.1\r\n{Host}\r\n"),
        ([400], $"GET /a b HTTP/1.1\r\n{Host}\r\n"),
        ([405], $"GET healthz HTTP/1.1\r\n{Host}\r\n"),

        // Versions and methods.
        ([400], "GET /healthz\r\n\r\n"),
        ([505], $"GET /healthz HTTP/0.9\r\n{Host}\r\n"),
        ([505], $"GET /healthz HTTP/1.2\r\n{Host}\r\n"),
        ([505], $"GET /healthz HTTP/9.9\r\n{Host}\r\n"),
        ([505], $"GET /healthz HTTQ/1.1\r\n{Host}\r\n"),
        ([0, 400, 505], "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ([400], "\u0016\u0003\u0001\u0000\u0005hello\r\n\r\n"),
        ([405], $"TRACE /user/login HTTP/1.1\r\n{Host}\r\n"),
        ([405], $"CONNECT /user/login HTTP/1.1\r\n{Host}\r\n"),
        ([405], $"CONNECT /hubs/chat HTTP/1.1\r\n{Host}\r\n"),
        ([405], $"CONNECT /open HTTP/1.1\r\n{Host}\r\n"),
        ([405], $"POST /open HTTP/1.1\r\n{Host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=={End}"),
        ([405], $"BREW /user/login HTTP/1.1\r\n{Host}\r\n"),
        ([200], $"get /healthz HTTP/1.1\r\n{Host}\r\n"),
        ([400], $"G(T /healthz HTTP/1.1\r\n{Host}\r\n"),

        // Too much.
        ([414], $"GET /{new string('a', 9_000)} HTTP/1.1\r\n{Host}\r\n"),
        ([431], $"GET /healthz HTTP/1.1\r\n{Host}X: {new string('a', 17 * 1024)}{End}"),
        ([200], $"GET /healthz HTTP/1.1\r\n{Host}X: {new string('a', 15 * 1024)}{End}"),
        ([431], $"GET /healthz HTTP/1.1\r\n{Host}{string.Concat(Enumerable.Range(0, 101).Select(i => $"X{i}: a\r\n"))}\r\n"),
        ([413], $"POST /user/login HTTP/1.1\r\n{Host}Content-Length: {16 * 1024 + 1}{End}{new string('a', 16 * 1024 + 1)}"),
        ([413], $"POST /user/password HTTP/1.1\r\n{Host}Content-Length: {16 * 1024 + 1}{End}{new string('a', 16 * 1024 + 1)}"),
        ([413], $"POST /admin/invitations HTTP/1.1\r\n{Host}Content-Length: {16 * 1024 + 1}{End}{new string('a', 16 * 1024 + 1)}"),
        ([413], $"POST /discussion HTTP/1.1\r\n{Host}Content-Length: {512 * 1024 + 1}{End}{new string('a', 512 * 1024 + 1)}"),
        ([401], $"POST /discussion HTTP/1.1\r\n{Host}Content-Length: {512 * 1024}{End}{new string('a', 512 * 1024)}"),
        ([413], $"POST /open HTTP/1.1\r\n{Host}Content-Length: {16 * 1024 + 1}{End}{new string('a', 16 * 1024 + 1)}"),
        ([200], $"POST /open HTTP/1.1\r\n{Host}Content-Length: {16 * 1024}{End}{new string('a', 16 * 1024)}"),
        ([413], $"POST /open HTTP/1.1\r\n{Host}Transfer-Encoding: chunked{End}{16 * 1024 + 1:X}\r\n{new string('a', 16 * 1024 + 1)}\r\n0{End}"),
        ([200], $"POST /open HTTP/1.1\r\n{Host}Transfer-Encoding: chunked{End}{16 * 1000:X}\r\n{new string('a', 16 * 1000)}\r\n0{End}"),
        ([413], $"POST /large HTTP/1.1\r\n{Host}Transfer-Encoding: chunked{End}{64 * 1024 + 1:X}\r\n{new string('a', 64 * 1024 + 1)}\r\n0{End}"),
        ([200], $"POST /large HTTP/1.1\r\n{Host}Content-Length: {64 * 1024}{End}{new string('a', 64 * 1024)}"),

        // Unusual, and served.
        ([200], $"GET /open HTTP/1.1\r\n{Host}Content-Length: 5{End}hello"),
        ([200], $"GET /healthz HTTP/1.1\r\n{Host}Content-Length: 5{End}hello"),
        ([200], $"POST /open HTTP/1.1\r\n{Host}Transfer-Encoding: chunked{End}5;x=y\r\nhello\r\n0\r\nTrailer: 1{End}"),
        ([200], $"GET /healthz HTTP/1.0{End}"),
        ([200], $"GET /healthz HTTP/1.1\r\n{Host}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk{End}"),
        ([200], $"GET /open HTTP/1.1\r\n{Host}Connection: Upgrade\r\nUpgrade: anything{End}"),
    ];

    public static TheoryData<int> Cases => new(Enumerable.Range(0, Requests.Length));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task EachGetsItsAnswerAndTheNextClientIsServed(int index)
    {
        var (statuses, request) = Requests[index];

        var answer = await RawConnection.AskAsync(impatient.Gateway.Address, request);

        Assert.True(statuses.Contains(answer.Status), $"{answer.Status} to {Shown(request)}: {answer.Head}{answer.Body}");
        Assert.DoesNotContain("server:", answer.Head, StringComparison.OrdinalIgnoreCase);
        await NextIsServedAsync();
    }

    [Fact]
    public async Task HeadersThatDripAreCutOff()
    {
        using var connection = RawConnection.Open(impatient.Gateway.Address);
        await connection.WriteAsync($"GET /healthz HTTP/1.1\r\n{Host}");
        var dripping = DripAsync(connection, "X: 1\r\n");

        Assert.Equal(408, (await connection.ReadAsync()).Status);
        Assert.True(await connection.IsClosedAsync());
        await dripping;
        await NextIsServedAsync();
    }

    [Fact]
    public async Task ABodyThatDripsIsCutOff()
    {
        using var connection = RawConnection.Open(impatient.Gateway.Address);
        await connection.WriteAsync($"POST /open HTTP/1.1\r\n{Host}Content-Length: 10000{End}");
        var dripping = DripAsync(connection, "a");

        var answer = await connection.ReadAsync();

        Assert.Equal(408, answer.Status);
        Assert.Contains("\"status\":\"error\"", answer.Body, StringComparison.Ordinal);
        await dripping;
        await NextIsServedAsync();
    }

    [Fact]
    public async Task ABodyThatIsSlowIsCutOffBeforeItsTimeIsUp()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = await GatewayProcess.StartAsync(upstream, ("Limits__BodyTime", "00:01:00"), ("Limits__BodyBytesPerSecond", "1000"));
        using var connection = RawConnection.Open(gateway.Address);
        await connection.WriteAsync($"POST /open HTTP/1.1\r\n{Host}Content-Length: 10000{End}");
        var dripping = DripAsync(connection, "a");

        Assert.Equal(408, (await connection.ReadAsync()).Status);
        await dripping;
    }

    [Fact]
    public async Task ABodyThatIsNotReadToItsEndIsNoErrorOfTheGateway()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = await GatewayProcess.StartAsync(upstream, ("Limits__BodyTime", "00:00:01"));
        using var slow = RawConnection.Open(gateway.Address);
        await slow.WriteAsync($"POST /open HTTP/1.1\r\n{Host}Content-Length: 10000{End}");
        using var left = RawConnection.Open(gateway.Address);
        await left.WriteAsync($"POST /open HTTP/1.1\r\n{Host}Content-Length: 20000{End}");
        Assert.Equal(413, (await left.ReadAsync()).Status);
        left.Reset();

        Assert.Equal(408, (await slow.ReadAsync()).Status);
        Assert.True(await slow.IsClosedAsync());
        gateway.Process.Terminate();
        await gateway.Process.ExitCodeAsync();
        Assert.DoesNotContain(gateway.Process.Output, line => line.Contains("\"LogLevel\":\"Error\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AConnectionWithoutARequestIsClosed()
    {
        using var silent = RawConnection.Open(impatient.Gateway.Address);
        using var idle = RawConnection.Open(impatient.Gateway.Address);
        await idle.WriteAsync($"GET /healthz HTTP/1.1\r\n{Host}\r\n");
        Assert.Equal(200, (await idle.ReadAsync()).Status);

        Assert.True(await idle.IsClosedAsync());
        Assert.True(await silent.IsClosedAsync());
    }

    [Fact]
    public async Task ABodyThatIsAnnouncedIsAskedFor()
    {
        using var connection = RawConnection.Open(impatient.Gateway.Address);
        await connection.WriteAsync($"POST /open HTTP/1.1\r\n{Host}Content-Length: 5\r\nExpect: 100-continue{End}");
        Assert.Equal(100, (await connection.ReadAsync()).Status);

        await connection.WriteAsync("hello");

        var answer = await connection.ReadAsync();
        Assert.Equal(200, answer.Status);
        Assert.Contains("hello", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestsInOneWriteAreAnsweredInTurn()
    {
        using var connection = RawConnection.Open(impatient.Gateway.Address);

        await connection.WriteAsync(string.Concat(Enumerable.Range(0, 20).Select(i =>
            $"POST /open?answer=<{i}> HTTP/1.1\r\n{Host}Content-Length: 5{End}hello")));

        for (var i = 0; i < 20; i++)
        {
            Assert.Contains($"<{i}>", (await connection.ReadAsync()).Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WhatFollowsABadRequestIsNotARequest()
    {
        using var connection = RawConnection.Open(impatient.Gateway.Address);
        await connection.WriteAsync(
            $"POST /open HTTP/1.1\r\n{Host}Content-Length: 4\r\nTransfer-Encoding: chunked{End}0{End}GET /healthz HTTP/1.1\r\n{Host}\r\n");

        Assert.Equal(400, (await connection.ReadAsync()).Status);
        Assert.Equal(0, (await connection.ReadAsync()).Status);
    }

    [Theory]
    [InlineData("GET /healthz HT")]
    [InlineData("POST /open HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000\r\n\r\nhello")]
    [InlineData("POST /open HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n2710\r\nhello")]
    public async Task AClientThatLeavesHalfwayHarmsNobody(string request)
    {
        using (var connection = RawConnection.Open(impatient.Gateway.Address))
        {
            await connection.WriteAsync(request);
        }

        await NextIsServedAsync();
    }

    [Fact]
    public async Task MemoryStaysFlat()
    {
        const long Allowed = 64 * 1024 * 1024;
        await HostileRoundAsync(); // What is loaded and compiled once is no growth.
        await HostileRoundAsync();
        var before = impatient.Gateway.Process.WorkingSet;

        for (var round = 0; round < 10; round++)
        {
            await HostileRoundAsync();
        }

        var grown = impatient.Gateway.Process.WorkingSet - before;
        Assert.True(grown < Allowed, $"It grew by {grown / 1024} KiB.");
    }

    [Fact]
    public async Task OneAddressHasItsShareOfConnectionsAndGetsItBack()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = await GatewayProcess.StartAsync(
            upstream, ("Limits__ConnectionsPerLoopbackAddress", "3"), ("ReverseProxy__Clusters__chat__HealthCheck__Active__Enabled", "false"));
        var open = Enumerable.Range(0, 3).Select(_ => RawConnection.Open(gateway.Address)).ToList();
        try
        {
            foreach (var connection in open)
            {
                await connection.WriteAsync($"GET /healthz HTTP/1.1\r\n{Host}\r\n");
                Assert.Equal(200, (await connection.ReadAsync()).Status);
            }

            Assert.Equal(0, (await RawConnection.AskAsync(gateway.Address, $"GET /healthz HTTP/1.1\r\n{Host}\r\n")).Status);
        }
        finally
        {
            open.ForEach(connection => connection.Dispose());
        }

        await Eventually.TrueAsync(
            async () => (await RawConnection.AskAsync(gateway.Address, $"GET /healthz HTTP/1.1\r\n{Host}\r\n")).Status == 200,
            "a connection is accepted again");
    }

    [Fact]
    public async Task ThereAreOnlySoManyConnections()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = await GatewayProcess.StartAsync(upstream, ("Limits__Connections", "1"));
        using (var first = RawConnection.Open(gateway.Address))
        {
            await first.WriteAsync($"GET /healthz HTTP/1.1\r\n{Host}\r\n");
            Assert.Equal(200, (await first.ReadAsync()).Status);
            Assert.Equal(0, (await RawConnection.AskAsync(gateway.Address, $"GET /healthz HTTP/1.1\r\n{Host}\r\n")).Status);
        }

        await Eventually.TrueAsync(
            async () => (await RawConnection.AskAsync(gateway.Address, $"GET /healthz HTTP/1.1\r\n{Host}\r\n")).Status == 200,
            "a connection is accepted again");
    }

    private async Task HostileRoundAsync() =>
        await Task.WhenAll(Enumerable.Range(0, 2).SelectMany(_ => Requests).Select(async hostile =>
            await RawConnection.AskAsync(impatient.Gateway.Address, hostile.Request)));

    private async Task NextIsServedAsync()
    {
        using var response = await impatient.Gateway.Http.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    // Until the server closes. Faster than any limit on single reads, slower than the whole time allows.
    private static async Task DripAsync(RawConnection connection, string drop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await connection.WriteAsync(drop) && await timer.WaitForNextTickAsync(limit.Token))
        {
        }
    }

    private static string Shown(string request) => string.Create(
        CultureInfo.InvariantCulture, $"{request[..Math.Min(request.Length, 200)].Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}");

    /// <summary>A gateway whose times are so short that a test can wait for them.</summary>
    public sealed class ImpatientGateway : IAsyncLifetime
    {
        private RecordingUpstream? _upstream;
        private GatewayProcess? _gateway;

        internal GatewayProcess Gateway => _gateway!;

        public async Task InitializeAsync()
        {
            _upstream = await RecordingUpstream.StartAsync();
            _gateway = await GatewayProcess.StartAsync(
                _upstream,
                ("Limits__HeadersTime", "00:00:02"),
                ("Limits__BodyTime", "00:00:02"),
                ("Limits__BodyBytesPerSecond", "1"),
                ("Limits__KeepAliveTime", "00:00:03"),
                ("ReverseProxy__Routes__large__ClusterId", "chat"),
                ("ReverseProxy__Routes__large__Match__Path", "/large"),
                ("ReverseProxy__Routes__large__Metadata__Session", "None"),
                ("ReverseProxy__Routes__large__MaxRequestBodySize", "65536"));
        }

        public async Task DisposeAsync()
        {
            Gateway.Dispose();
            await _upstream!.DisposeAsync();
        }
    }
}
