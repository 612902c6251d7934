using System.Net;

namespace Godzilla.Tests.System.Gateway;

/// <summary>The headers of every answer, the gateway's own, its errors and those of services.</summary>
public sealed class SecurityHeaderTests(TrustingGateway trusting) : IClassFixture<TrustingGateway>
{
    [Theory]
    [InlineData("GET", "/healthz", HttpStatusCode.OK)]
    [InlineData("GET", "/alive", HttpStatusCode.OK)]
    [InlineData("GET", "/open", HttpStatusCode.OK)]
    [InlineData("GET", "/nope", HttpStatusCode.NotFound)]
    [InlineData("GET", "/user/login", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/user/me", HttpStatusCode.Unauthorized)]
    [InlineData("POST", "/user/register", HttpStatusCode.BadGateway)]
    public async Task EveryAnswerHasThem(string method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await trusting.Gateway.Http.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["no-referrer"], response.Headers.GetValues("Referrer-Policy"));
        Assert.Equal(["same-origin"], response.Headers.GetValues("Cross-Origin-Resource-Policy"));
        Assert.Equal(["default-src 'none'; frame-ancestors 'none'"], response.Headers.GetValues("Content-Security-Policy"));
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.False(response.Headers.Contains("Server"));
        Assert.False(response.Headers.Contains("X-Powered-By"));
        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task WhatAServiceSaysOfItsAnswerStays()
    {
        using var own = await trusting.Gateway.Http.GetAsync("/open?cache=public&policy=own");
        Assert.Equal("public", own.Headers.CacheControl?.ToString());
        Assert.Equal(["own"], own.Headers.GetValues("Content-Security-Policy"));
        Assert.False(own.Headers.Contains("Server"));

        using var error = await trusting.Gateway.Http.GetAsync("/open?cache=public&status=404");
        Assert.Equal(HttpStatusCode.NotFound, error.StatusCode);
        Assert.True(error.Headers.CacheControl?.NoStore);
    }

    [Theory]
    [InlineData("", "", "max-age=31536000", null)]
    [InlineData("Hsts__IncludeSubDomains", "true", "max-age=31536000; includeSubDomains", null)]
    [InlineData("Hsts__MaxAge", "1.00:00:00", "max-age=86400", null)]
    [InlineData("Hsts__MaxAge", "00:00:00", null, null)]
    [InlineData("Hsts__OnLocalhost", "true", "max-age=31536000", "max-age=31536000")]
    public async Task WhoeverCameByHttpsIsToldToStayThere(string key, string value, string? expected, string? onLocalhost)
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = await GatewayProcess.StartAsync(
            upstream, [("AllowedHosts", "*"), TrustingGateway.Setting, .. key.Length > 0 ? [(key, value)] : Array.Empty<(string, string)>()]);

        Assert.Null(await HstsAsync(gateway, "godzilla.example", "/open", "http"));
        Assert.Equal(expected, await HstsAsync(gateway, "godzilla.example", "/open", "https"));
        Assert.Equal(expected, await HstsAsync(gateway, "godzilla.example", "/nope", "https"));
        foreach (var host in new[] { "localhost", "LOCALHOST:8443", "127.0.0.1", "[::1]:8443", "app.localhost" })
        {
            Assert.Equal(onLocalhost, await HstsAsync(gateway, host, "/open", "https"));
        }
    }

    private static async Task<string?> HstsAsync(GatewayProcess gateway, string host, string path, string scheme)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        request.Headers.Add("X-Forwarded-Proto", scheme);
        using var response = await gateway.Http.SendAsync(request);
        return response.Headers.TryGetValues("Strict-Transport-Security", out var values) ? Assert.Single(values) : null;
    }
}
