using System.Net;
using System.Net.Http.Json;

namespace Godzilla.Tests.System.Gateway;

/// <summary>Under which names a gateway answers.</summary>
public sealed class HostTests
{
    private const string Named = "godzilla.example;*.monsters.example;[::1]";

    [Theory]
    [InlineData(Named, "godzilla.example", HttpStatusCode.OK)]
    [InlineData(Named, "GODZILLA.example:8080", HttpStatusCode.OK)]
    [InlineData(Named, "mothra.monsters.example", HttpStatusCode.OK)]
    [InlineData(Named, "[::1]:8080", HttpStatusCode.OK)]
    [InlineData(Named, "monsters.example", HttpStatusCode.BadRequest)]
    [InlineData(Named, "evil.example", HttpStatusCode.BadRequest)]
    [InlineData(Named, "godzilla.example.evil.example", HttpStatusCode.BadRequest)]
    [InlineData(Named, "evilgodzilla.example", HttpStatusCode.BadRequest)]
    [InlineData(Named, "127.0.0.1", HttpStatusCode.BadRequest)]
    [InlineData("", "localhost:8080", HttpStatusCode.OK)]
    [InlineData("", "127.0.0.1", HttpStatusCode.OK)]
    [InlineData("", "evil.example", HttpStatusCode.BadRequest)]
    [InlineData("*", "evil.example", HttpStatusCode.OK)]
    public async Task OnlyAllowedHostsAreServed(string allowed, string host, HttpStatusCode expected)
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = await GatewayProcess.StartAsync(upstream, allowed.Length > 0 ? [("AllowedHosts", allowed)] : []);
        gateway.Http.DefaultRequestHeaders.Host = host;

        for (var i = 0; i < 2; i++)
        {
            using var response = await gateway.Http.GetAsync("/open");
            Assert.Equal(expected, response.StatusCode);
            if (expected != HttpStatusCode.OK)
            {
                Assert.Contains("AllowedHosts", await Envelope.AssertAsync(expected, response), StringComparison.Ordinal);
            }
        }

        using var probe = await gateway.Http.GetAsync("/alive");
        Assert.Equal(HttpStatusCode.OK, probe.StatusCode);
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
}
