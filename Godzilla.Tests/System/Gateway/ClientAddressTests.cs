using System.Net.Http.Json;

namespace Godzilla.Tests.System.Gateway;

/// <summary>A gateway behind proxies of which it trusts some, or none. The tests are the proxy: they connect from 127.0.0.1.</summary>
[Collection(RunningSystem.Name)]
public sealed class ClientAddressTests(GodzillaApp app, TrustingGateway trusting) : IClassFixture<TrustingGateway>
{
    [Theory]
    [InlineData("198.51.100.7", "198.51.100.7")]
    [InlineData("198.51.100.7:4711", "198.51.100.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("[2001:db8::7]:4711", "2001:db8::7")]
    [InlineData("::ffff:198.51.100.7", "198.51.100.7")]
    [InlineData("203.0.113.9, 198.51.100.7", "198.51.100.7")]
    [InlineData("not an address", "127.0.0.1")]
    [InlineData("203.0.113.9, not an address", "127.0.0.1")]
    [InlineData("198.51.100.7, ", "198.51.100.7")]
    [InlineData("198.51.100.7:99999", "127.0.0.1")]
    [InlineData(",", "127.0.0.1")]
    public async Task ATrustedProxySaysWhereTheClientIs(string forwarded, string expected)
    {
        var received = await SendAsync(trusting.Gateway, trusting.Upstream, ("X-Forwarded-For", forwarded));

        Assert.Equal(expected, received.Caller.Address);
        Assert.DoesNotContain(received.Headers.Keys, name => name.Contains("Original", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("X-Forwarded-For", received.Headers);
    }

    [Theory]
    [InlineData(1, "203.0.113.9, 198.51.100.7, 127.0.0.2", "127.0.0.2")]
    [InlineData(2, "203.0.113.9, 198.51.100.7, 127.0.0.2", "198.51.100.7")]
    [InlineData(3, "203.0.113.9, 198.51.100.7, 127.0.0.2", "198.51.100.7")]
    [InlineData(2, "203.0.113.9, 198.51.100.7", "198.51.100.7")]
    [InlineData(3, "203.0.113.9, 127.0.0.3, 127.0.0.2", "203.0.113.9")]
    public async Task AChainIsFollowedAsFarAsItIsTrusted(int limit, string forwarded, string expected)
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = await GatewayProcess.StartAsync(upstream, TrustingGateway.Setting, ("ClientAddress__ForwardLimit", $"{limit}"));

        var received = await SendAsync(gateway, upstream, ("X-Forwarded-For", forwarded));

        Assert.Equal(expected, received.Caller.Address);
    }

    [Theory]
    [InlineData("https", true)]
    [InlineData("HTTPS", true)]
    [InlineData("http", false)]
    [InlineData("https, http", false)]
    [InlineData("http, https", true)]
    [InlineData("https:", false)]
    [InlineData("", false)]
    public async Task ATrustedProxySaysWhetherTheClientCameByHttps(string scheme, bool isHttps)
    {
        var received = await SendAsync(trusting.Gateway, trusting.Upstream, ("X-Forwarded-Proto", scheme));

        Assert.Equal(isHttps ? "https" : null, received.Headers.GetValueOrDefault("X-Forwarded-Proto"));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("ASPNETCORE_FORWARDEDHEADERS_ENABLED", "true")]
    [InlineData("ClientAddress__TrustedProxies__0", "127.0.0.2")]
    [InlineData("ClientAddress__TrustedProxies__0", "198.51.100.0/24")]
    public async Task WhoeverIsNotTrustedIsTheClient(string key, string value)
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = await GatewayProcess.StartAsync(upstream, key.Length > 0 ? [(key, value)] : []);

        var received = await SendAsync(
            gateway, upstream, ("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "evil.example"));

        Assert.Equal("127.0.0.1", received.Caller.Address);
        Assert.DoesNotContain(received.Headers.Keys, name => name.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task TheCookieIsSecureAndTheSessionHasTheClientsAddressBehindAProxyThatEndsTls()
    {
        using var person = await app.SignUpAsync("battra");
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = await GatewayProcess.StartAsync(app, upstream, TrustingGateway.Setting);
        gateway.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.7");
        gateway.Http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        using var response = await gateway.Http.PostAsJsonAsync("/user/login", new { username = person.Name, password = person.Password });

        Assert.Contains("; secure", Assert.Single(response.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("198.51.100.7", await person.Http.GetStringAsync("/user/sessions"), StringComparison.Ordinal);
    }

    private static async Task<RecordingUpstream.Received> SendAsync(
        GatewayProcess gateway, RecordingUpstream upstream, params (string Name, string Value)[] headers)
    {
        var id = Guid.NewGuid().ToString("N");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/open?id={id}");
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using var response = await gateway.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return upstream.Find(id)!;
    }
}
