using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Authentication;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Godzilla.AppHost;
using Godzilla.Presence.V1;
using Godzilla.ServiceDefaults.MutualTls;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;

namespace Godzilla.Tests.System.AppHost;

/// <summary>The whole system with the setting <c>MutualTls</c>.</summary>
public sealed class MutualTlsApp : GodzillaApp
{
    protected override string[] Arguments => ["--MutualTls=true"];
}

/// <summary>Services call each other over TLS 1.3 only, and each proves who it is.</summary>
public sealed class MutualTlsTests(MutualTlsApp app) : IClassFixture<MutualTlsApp>, IDisposable
{
    private readonly string _elsewhere = Path.Combine(Path.GetTempPath(), $"godzilla-tls-{Guid.NewGuid():N}");

    [Fact]
    public async Task PeopleNoticeNothing()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var hub = await rodan.ConnectAsync();
        await hub.WaitForAsync("presence", presence => presence.GetProperty("online").EnumerateArray().Any(user => user.GetString() == rodan.Name));

        await mothra.PostAsync(discussion, "over a closed line");

        await hub.WaitForAsync("message", message => message.GetProperty("text").GetString() == "over a closed line");
        using var created = await mothra.SendAsync(HttpMethod.Post, "/user/keys", new { name = "program", scopes = new[] { "inference" } });
        var secret = (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString();
        using var program = GodzillaApp.CreateClient(app.Gateway);
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        using var answer = await program.PostAsJsonAsync(
            "/v1/chat/completions", new { model = "godzilla-mini", max_tokens = 5, messages = new[] { new { role = "user", content = "Hello" } } });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await mothra.PostAsync(discussion, "@assistant what is Godzilla?");
        await hub.WaitForAsync("message", message => message.GetProperty("user_id").GetString() == "assistant");
        var document = await mothra.Http.GetFromJsonAsync<JsonElement>("/openapi.json");
        Assert.True(document.GetProperty("paths").TryGetProperty("/v1/chat/completions", out _));
    }

    [Theory]
    [InlineData("accounts", "/user/me")]
    [InlineData("chat", "/discussion")]
    [InlineData("inference", "/v1/models")]
    public async Task WithoutTlsAnythingButHealthIsRefused(string service, string path)
    {
        using var signed = new HttpClient(new SigningHandler("gateway", service, "ghidorah")) { BaseAddress = app.App.GetEndpoint(service, "http") };

        using var health = await signed.GetAsync("/health");
        using var refused = await signed.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Theory]
    [InlineData("gateway", SslProtocols.Tls13, true)]
    [InlineData("gateway", SslProtocols.Tls12, false)] // Too old.
    [InlineData("chat", SslProtocols.Tls13, true)]
    [InlineData("presence", SslProtocols.Tls13, false)] // Presence calls nobody.
    [InlineData("", SslProtocols.Tls13, false)]
    [InlineData("gateway of another authority", SslProtocols.Tls13, false)]
    public async Task OnlyServicesThatTheModelLetsCallAreLetIn(string caller, SslProtocols protocols, bool isLetIn)
    {
        var options = CertificateOf(caller.Length == 0 ? "gateway" : caller).ClientOptions("accounts");
        options.EnabledSslProtocols = protocols;
        if (caller.Length == 0)
        {
            options.ClientCertificateContext = null;
        }

        using var client = Signed("gateway", "accounts", options);

        // With TLS 1.3 a client hears that its certificate is refused when it reads.
        var status = await StatusAsync(client, "/user/keys");

        Assert.Equal(isLetIn ? HttpStatusCode.OK : null, status);
    }

    [Fact]
    public async Task ACertificateIsNoSignature()
    {
        using var client = new HttpClient(new SocketsHttpHandler { SslOptions = CertificateOf("gateway").ClientOptions("accounts") })
        {
            BaseAddress = app.App.GetEndpoint("accounts", "https"),
        };

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(client, "/user/keys"));
    }

    [Fact]
    public async Task AServiceIsWhoItsCertificateSaysNotWhereItListens()
    {
        using var client = Signed("gateway", "accounts", CertificateOf("gateway").ClientOptions("chat"));

        var exception = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("/user/keys"));

        Assert.IsType<AuthenticationException>(exception.InnerException);
    }

    [Theory]
    [InlineData("chat", true)]
    [InlineData("gateway", false)]
    public async Task PresenceTakesCallsOfChatAlone(string caller, bool isLetIn)
    {
        using var channel = GrpcChannel.ForAddress(app.App.GetEndpoint("presence", "grpc"), new GrpcChannelOptions
        {
            HttpHandler = new SigningHandler("chat", "presence") { InnerHandler = new SocketsHttpHandler { SslOptions = CertificateOf(caller).ClientOptions("presence") } },
        });

        var call = new PresenceService.PresenceServiceClient(channel).GetOnlineUsersAsync(new Empty());

        if (isLetIn)
        {
            Assert.NotNull(await call);
        }
        else
        {
            // TLS 1.3 lets a client send before its certificate is refused: the connection cannot be made, or it breaks off.
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await call);
            Assert.Contains(refused.StatusCode, (StatusCode[])[StatusCode.Unavailable, StatusCode.Internal]);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_elsewhere))
        {
            Directory.Delete(_elsewhere, recursive: true);
        }
    }

    private HttpClient Signed(string issuer, string service, SslClientAuthenticationOptions options) =>
        new(new SigningHandler(issuer, service, "ghidorah") { InnerHandler = new SocketsHttpHandler { SslOptions = options } })
        {
            BaseAddress = app.App.GetEndpoint(service, "https"),
        };

    private static async Task<HttpStatusCode?> StatusAsync(HttpClient client, string path)
    {
        try
        {
            using var response = await client.GetAsync(path);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private ServiceCertificate CertificateOf(string caller)
    {
        var certificate = caller.EndsWith("another authority", StringComparison.Ordinal)
            ? MutualTls.CertificateOf("gateway", _elsewhere, TimeProvider.System).Certificate
            : VariableOf(caller, "CertificatePath");
        return new ServiceCertificate(Options.Create(new MutualTlsOptions { CertificatePath = certificate, AuthorityPath = VariableOf("accounts", "AuthorityPath") }));
    }

    private string VariableOf(string service, string name) => app.VariableOf(Assert.Single(app.InstancesOf(service)), $"MutualTls__{name}");
}
