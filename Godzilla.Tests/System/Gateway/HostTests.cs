using System.Net;
using System.Net.Http.Json;

namespace Godzilla.Tests.System.Gateway;

/// <summary>Under which names a gateway answers.</summary>
public sealed class HostTests
{
    [Theory]
    [InlineData(
        "godzilla.example;*.monsters.example;[::1]",
        new[] { "godzilla.example", "GODZILLA.example:8080", "mothra.monsters.example", "[::1]:8080" },
        new[] { "monsters.example", "evil.example", "godzilla.example.evil.example", "evilgodzilla.example", "127.0.0.1" })]
    [InlineData("", new[] { "localhost:8080", "127.0.0.1" }, new[] { "evil.example" })]
    [InlineData("*", new[] { "evil.example" }, new string[0])]
    public async Task OnlyAllowedHostsAreServed(string allowed, string[] served, string[] refused)
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = await GatewayProcess.StartAsync(upstream, allowed.Length > 0 ? [("AllowedHosts", allowed)] : []);

        foreach (var host in served)
        {
            await CheckAsync(gateway, host, HttpStatusCode.OK);
        }

        foreach (var host in refused)
        {
            await CheckAsync(gateway, host, HttpStatusCode.BadRequest);
        }
    }

    // N19: a page whose name points here would otherwise be the site itself.
    [Fact]
    public async Task APageThatMadeItsNamePointHereIsRefused()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = await GatewayProcess.StartAsync(upstream);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/user/login") { Content = JsonContent.Create(new { username = "x", password = "y" }) };
        request.Headers.Host = "evil.example";
        request.Headers.Add("Origin", "http://evil.example");

        using var response = await gateway.Http.SendAsync(request);

        await Envelope.AssertAsync(HttpStatusCode.BadRequest, response);
    }

    private static async Task CheckAsync(GatewayProcess gateway, string host, HttpStatusCode expected)
    {
        gateway.Http.DefaultRequestHeaders.Host = host;
        for (var i = 0; i < 2; i++)
        {
            using var response = await gateway.Http.GetAsync("/open");
            Assert.True(expected == response.StatusCode, $"{host}: {response.StatusCode}");
            if (expected != HttpStatusCode.OK)
            {
                Assert.Contains("AllowedHosts", await Envelope.AssertAsync(expected, response), StringComparison.Ordinal);
            }
        }

        using var probe = await gateway.Http.GetAsync("/alive");
        Assert.Equal(HttpStatusCode.OK, probe.StatusCode);
    }
}
