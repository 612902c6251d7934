using System.Net;
using System.Net.Sockets;
using System.Text;
using Godzilla.Tests.System.ServiceDefaults;

namespace Godzilla.Tests.System.Gateway;

/// <summary>What passes between the gateway and a service, byte by byte, on a route that needs no session.</summary>
public sealed class ForwardingTests(ForwardingTests.Setting setting) : IClassFixture<ForwardingTests.Setting>, IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private ScriptedService Service => setting.Service;

    private HttpClient Client => setting.Client;

    public static TheoryData<string, string> GoodAnswers => new()
    {
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello" },
        { "HTTP/1.1 200 OK\r\ncontent-length: 05\r\n\r\nhello", "hello" },
        { "HTTP/1.1 200\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "hello" },
        { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "hello" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n00003;x=\"y\"\r\nhel\r\n2 \r\nlo\r\n0\r\nX-Late: 1\r\n\r\n", "hello" },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "" },
        { "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello" },
        { "HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nContent-Length: 5\r\n\r\nhello", "hello" },
    };

    public static TheoryData<string> BadAnswers => new(
        "nonsense\r\n\r\n",
        "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 2xx OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 999 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX Y: 1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n: 1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-A: 1\r\n folded\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-A: a\u0000b\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-A: a\nX-B: b\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-A: \u00e9\r\nContent-Length: 0\r\n\r\n",
        $"HTTP/1.1 200 OK\r\nX-A: {new string('a', 20_000)}\r\nContent-Length: 0\r\n\r\n");

    public static TheoryData<string> CutAnswers => new(
        "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloXX0\r\n\r\n");

    public Task InitializeAsync()
    {
        Service.Reset();
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [MemberData(nameof(GoodAnswers))]
    public async Task AnAnswerArrives(string answer, string body)
    {
        // At once, and one byte after the other.
        foreach (var step in new[] { answer.Length, 1 })
        {
            Service.Answer = async (_, stream) =>
            {
                foreach (var part in answer.Chunk(step))
                {
                    await ScriptedService.SendAsync(stream, new string(part));
                }
            };

            using var response = await Client.GetAsync("/upstream");

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(body, await response.Content.ReadAsStringAsync());
            Assert.False(response.Headers.Contains("X-Hop"));
        }
    }

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task AMalformedAnswerIsABadGatewayAndEndsItsConnection(string answer)
    {
        Service.Answer = (_, stream) => ScriptedService.SendAsync(stream, answer);
        using var response = await Client.GetAsync("/upstream");
        await Envelope.AssertAsync(HttpStatusCode.BadGateway, response);

        Service.Answer = (_, stream) => ScriptedService.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext");
        Assert.Equal("next", await Client.GetStringAsync("/upstream"));
        Assert.Equal(2, Service.Connections);
    }

    [Theory]
    [MemberData(nameof(CutAnswers))]
    public async Task AnAnswerThatIsCutOffIsNotTakenForTheWhole(string answer)
    {
        Service.Answer = async (_, stream) =>
        {
            await ScriptedService.SendAsync(stream, answer);
            stream.Close();
        };

        await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
        {
            using var response = await Client.GetAsync("/upstream");
            response.EnsureSuccessStatusCode();
        });
    }

    [Fact]
    public async Task ABodyOfUnknownLengthEndsWithTheConnection()
    {
        Service.Answer = async (_, stream) =>
        {
            await ScriptedService.SendAsync(stream, "HTTP/1.1 200 OK\r\n\r\nhello");
            stream.Close();
        };

        Assert.Equal("hello", await Client.GetStringAsync("/upstream"));
        Assert.Equal("hello", await Client.GetStringAsync("/upstream"));
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", 200)]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\n", 204)]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n", 304)]
    public async Task AnAnswerWithoutABodyKeepsItsConnection(string method, string answer, int status)
    {
        Service.Answer = (_, stream) => ScriptedService.SendAsync(stream, answer);

        for (var i = 0; i < 3; i++)
        {
            using var response = await Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/upstream"));
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Empty(await response.Content.ReadAsStringAsync());
        }

        Assert.Equal(1, Service.Connections);
    }

    [Fact]
    public async Task WhatIsSentTooMuchReachesNobody()
    {
        var requests = 0;
        Service.Answer = (_, stream) => ScriptedService.SendAsync(stream, (++requests == 1)
            ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirstHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
            : "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond");

        Assert.Equal("first", await Client.GetStringAsync("/upstream"));
        Assert.Equal("second", await Client.GetStringAsync("/upstream"));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task AConnectionThatTheServiceClosedWhileItRestedIsNoError(string method)
    {
        var closed = new SemaphoreSlim(0);
        Service.Answer = async (_, stream) =>
        {
            await ScriptedService.SendAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            stream.Close();
            closed.Release();
        };

        for (var i = 0; i < 10; i++)
        {
            using var response = await Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/upstream"));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.True(await closed.WaitAsync(Limit));
        }

        Assert.Equal(10, Service.Requests.Count);
    }

    [Fact]
    public async Task AServiceThatIsSilentIsAGatewayTimeoutAndLosesItsConnection()
    {
        Service.Answer = (_, stream) => Service.ClosedAsync(stream);

        using var response = await Client.GetAsync("/upstream");

        await Envelope.AssertAsync(HttpStatusCode.GatewayTimeout, response);
        await Eventually.TrueAsync(() => Service.Abandoned == 1, "the service's connection is closed");
        Assert.Single(Service.Requests);
    }

    [Fact]
    public async Task WhatAServiceStreamsArrivesAsItIsSent()
    {
        var arrived = new TaskCompletionSource();
        Service.Answer = async (_, stream) =>
        {
            await ScriptedService.SendAsync(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
            await arrived.Task;
            await ScriptedService.SendAsync(stream, "6\r\nsecond\r\n0\r\n\r\n");
        };

        using var response = await Client.GetAsync("/upstream", HttpCompletionOption.ResponseHeadersRead).WaitAsync(Limit);
        await using var body = await response.Content.ReadAsStreamAsync();
        var first = new byte[5];
        await body.ReadExactlyAsync(first).AsTask().WaitAsync(Limit);
        arrived.SetResult();

        Assert.Equal("first", Encoding.ASCII.GetString(first));
        Assert.Equal("second", await new StreamReader(body).ReadToEndAsync().WaitAsync(Limit));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1_000_000)]
    public async Task WhatComesLateOfABodyArrivesToo(int length)
    {
        var arrived = new TaskCompletionSource();
        var body = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));
        Service.Answer = async (_, stream) =>
        {
            await ScriptedService.SendAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body[..10]}");
            await arrived.Task;
            await ScriptedService.SendAsync(stream, body[10..]);
        };

        using var response = await Client.GetAsync("/upstream", HttpCompletionOption.ResponseHeadersRead).WaitAsync(Limit);
        arrived.SetResult();

        Assert.Equal(body, await response.Content.ReadAsStringAsync().WaitAsync(Limit));
    }

    [Fact]
    public async Task AServiceHearsThatTheClientHasLeft()
    {
        Service.Answer = (_, stream) => Service.ClosedAsync(stream);
        using var leave = new CancellationTokenSource();
        var request = Client.GetAsync("/patient", leave.Token);
        await Eventually.TrueAsync(() => Service.Requests.Count == 1, "the service has the request");

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await Eventually.TrueAsync(() => Service.Abandoned == 1, "the service's connection is closed");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(10_000)]
    [InlineData(65_536)]
    [InlineData(100_000)]
    public async Task ABodyArrives(int length)
    {
        var body = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));

        using var response = await Client.PostAsync("/upstream", new StringContent(body));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var request = Assert.Single(Service.Requests);
        Assert.Equal(body, request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.Contains($"\r\nContent-Length: {length}\r\n", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABodyThatTheClientCutsOffReachesNoService()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(Client.BaseAddress!.Host, Client.BaseAddress.Port);
        await socket.GetStream().WriteAsync("POST /upstream HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhello"u8.ToArray());
        socket.Close();

        Assert.Equal("ok", await Client.GetStringAsync("/upstream"));
        Assert.Single(Service.Requests);
    }

    [Theory]
    [InlineData("/upstream/a-b;c=d/~e?q=%2F&r=a+b%00")]
    [InlineData("/upstream/a%20b/%C3%A9%25")]
    public async Task ARequestArrivesWithoutWhatIsForTheGatewayAlone(string target)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(Client.BaseAddress!.Host, Client.BaseAddress.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"DELETE {target} HTTP/1.1\r\nHost: localhost\r\nConnection: X-Hop, TE\r\nX-Hop: 1\r\nTE: trailers\r\n"
            + "Keep-Alive: 5\r\nHTTP2-Settings: x\r\nProxy-Authorization: x\r\nCookie: a=b\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
            + "X-Kept: one\r\nX-Kept: two\r\nAccept: a/b\r\n\r\n"));
        Assert.Equal("HTTP/1.1 200 OK", await new StreamReader(socket.GetStream()).ReadLineAsync().WaitAsync(Limit));

        var request = Assert.Single(Service.Requests);
        var names = request.Split("\r\n")[1..^2].Select(line => line.Split(':')[0])
            .Where(name => !name.StartsWith("X-Authenticated-", StringComparison.Ordinal) && name != "Content-Length").Distinct();
        Assert.StartsWith($"DELETE {target} HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Equal(["Accept", "Host", "X-Kept", "traceparent"], names.Order(StringComparer.Ordinal));
        Assert.Matches("\r\nX-Kept: one(\r\nX-Kept: |, ?)two\r\n", request);
        Assert.Contains($"\r\nHost: {Service.Address.Authority}\r\n", request, StringComparison.Ordinal);
        Assert.Contains("\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-", request, StringComparison.Ordinal);
        Assert.DoesNotContain("b7ad6b7169203331", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyRequestsShareFewConnections()
    {
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("ok", await Client.GetStringAsync("/upstream"));
        }

        Assert.Equal(1, Service.Connections);
    }

    /// <summary>A service and a gateway in front of it.</summary>
    public sealed class Setting : IAsyncLifetime
    {
        private ServiceProcess? _gateway;

        internal ScriptedService Service { get; } = new();

        internal HttpClient Client { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            _gateway = ServiceProcess.Start(
                "Gateway",
                ("ReverseProxy__Routes__upstream__ClusterId", "chat"),
                ("ReverseProxy__Routes__upstream__Match__Path", "/upstream/{**rest}"),
                ("ReverseProxy__Routes__upstream__Metadata__Session", "None"),
                ("ReverseProxy__Routes__upstream__MaxRequestBodySize", "1000000"),
                ("ReverseProxy__Clusters__chat__HttpRequest__ActivityTimeout", "00:00:02"),
                ("ReverseProxy__Clusters__chat__HealthCheck__Passive__Enabled", "false"),
                ("services__chat__http__0", Service.Address.ToString()),

                // Here only the client's leaving can end a request within a test.
                ("ReverseProxy__Routes__patient__ClusterId", "accounts"),
                ("ReverseProxy__Routes__patient__Match__Path", "/patient"),
                ("ReverseProxy__Routes__patient__Metadata__Session", "None"),
                ("ReverseProxy__Clusters__accounts__HttpRequest__ActivityTimeout", "00:05:00"),
                ("services__accounts__http__0", Service.Address.ToString()));
            Client = GodzillaApp.CreateClient(await _gateway.AddressAsync());
        }

        public async Task DisposeAsync()
        {
            Client.Dispose();
            _gateway?.Dispose();
            await Service.DisposeAsync();
        }
    }
}
