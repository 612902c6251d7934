using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests.System.Gateway;

/// <summary>The gateway over TLS, with the certificate that the app host made. The clients trust that one and nothing else.</summary>
[Collection(RunningSystem.Name)]
public sealed class TlsTests(GodzillaApp app)
{
    private Uri Address => app.App.GetEndpoint("gateway", "https");

    private string CertificatePath => app.VariableOf(Assert.Single(app.InstancesOf("gateway")), "Kestrel__Certificates__Default__Path");

    [Theory]
    [InlineData("1.1", "localhost")]
    [InlineData("2.0", "localhost")]
    [InlineData("2.0", "127.0.0.1")]
    public async Task PeopleSignInOverTlsAndTheirCookieIsSecure(string version, string host)
    {
        using var person = await app.SignUpAsync("manda");
        using var client = CreateClient(version, host);

        using var login = await client.PostAsJsonAsync("/user/login", new { username = person.Name, password = person.Password });

        Assert.Equal((HttpStatusCode.OK, new Version(version)), (login.StatusCode, login.Version));
        Assert.Contains("; secure", Assert.Single(login.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
        Assert.False(login.Headers.Contains("Strict-Transport-Security"));
        client.DefaultRequestHeaders.Add("Cookie", $"auth_token={Person.TokenIn(login)}");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetStringAsync("/user/me")));
        Assert.All(answers, answer => Assert.Contains(person.Name, answer, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task WebSocketsRunOverTls(string version)
    {
        using var person = await app.SignUpAsync("manda");

        Assert.Equal(HttpStatusCode.OK, await ConnectAsync(version, person.Token, Address.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(HttpStatusCode.Forbidden, await ConnectAsync(version, person.Token, "https://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, await ConnectAsync(version, person.Token, app.Gateway.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(HttpStatusCode.Unauthorized, await ConnectAsync(version, "nobody", Address.GetLeftPart(UriPartial.Authority)));
    }

    [Fact]
    public async Task LimitsHoldOverHttp2()
    {
        using var client = CreateClient("2.0", "localhost");
        using var large = await client.PostAsync("/user/login", new ByteArrayContent(new byte[16 * 1024 + 1]));
        await Envelope.AssertAsync(HttpStatusCode.RequestEntityTooLarge, large);

        // The server says how large headers may be, and .NET's client keeps to it.
        client.DefaultRequestHeaders.Add("X-Large", new string('a', 17 * 1024));
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/healthz"));
        Assert.Contains("16384", refused.Message, StringComparison.Ordinal);
        client.DefaultRequestHeaders.Remove("X-Large");

        using var next = await client.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task OldTlsIsSpokenOnlyWhereItIsConfigured()
    {
        Assert.Equal(SslProtocols.Tls13, await NegotiateAsync(Address, SslProtocols.None));
        await Assert.ThrowsAnyAsync<Exception>(() => NegotiateAsync(Address, SslProtocols.Tls12));

        await using var upstream = await RecordingUpstream.StartAsync();
        using var lenient = await GatewayProcess.StartAsync(
            upstream,
            ("Kestrel__Endpoints__http__Url", "https://127.0.0.1:0"),
            ("Kestrel__Endpoints__grpc__Url", "https://127.0.0.1:0"),
            ("Kestrel__Certificates__Default__Path", CertificatePath),
            ("Kestrel__Certificates__Default__KeyPath", CertificatePath),
            ("Tls__AllowTls12", "true"));
        Assert.Equal(SslProtocols.Tls12, await NegotiateAsync(lenient.Address, SslProtocols.Tls12));
        Assert.Equal(SslProtocols.Tls13, await NegotiateAsync(lenient.Address, SslProtocols.None));
    }

    [Fact]
    public async Task WhoeverSpeaksHttpWhereTlsIsHarmsNobody()
    {
        var answer = await RawConnection.AskAsync(Address, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal(0, answer.Status);

        using var client = CreateClient("1.1", "localhost");
        Assert.Contains("ok", await client.GetStringAsync("/healthz"), StringComparison.Ordinal);
    }

    private X509ChainPolicy TrustIt() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { X509Certificate2.CreateFromPem(File.ReadAllText(CertificatePath)) },
        RevocationMode = X509RevocationMode.NoCheck,
    };

    private SocketsHttpHandler CreateHandler() =>
        new() { UseCookies = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = TrustIt() } };

    private HttpClient CreateClient(string version, string host) => new(CreateHandler())
    {
        BaseAddress = new UriBuilder(Address) { Host = host }.Uri,
        DefaultRequestVersion = new Version(version),
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <returns>200 for an open socket, and else why it is none.</returns>
    private async Task<HttpStatusCode> ConnectAsync(string version, string token, string origin)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        using var invoker = new HttpMessageInvoker(CreateHandler());
        using var socket = new ClientWebSocket();
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.HttpVersion = new Version(version);
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        socket.Options.SetRequestHeader("Cookie", $"auth_token={token}");
        socket.Options.SetRequestHeader("Origin", origin);
        try
        {
            await socket.ConnectAsync(new UriBuilder(Address) { Scheme = "wss", Path = "/hubs/chat" }.Uri, invoker, limit.Token);
            Assert.Equal(WebSocketState.Open, socket.State);
            return HttpStatusCode.OK;
        }
        catch (WebSocketException)
        {
            return socket.HttpStatusCode;
        }
    }

    private async Task<SslProtocols> NegotiateAsync(Uri server, SslProtocols protocols)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        await using var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocols, CertificateChainPolicy = TrustIt() });

        // A server that refuses TLS 1.3's client says so only now.
        await stream.WriteAsync("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)));
        return stream.SslProtocol;
    }
}
