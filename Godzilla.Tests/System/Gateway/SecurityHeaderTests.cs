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
    [InlineData("godzilla.example", "", "", "max-age=31536000")]
    [InlineData("godzilla.example", "Hsts__IncludeSubDomains", "true", "max-age=31536000; includeSubDomains")]
    [InlineData("godzilla.example", "Hsts__MaxAge", "1.00:00:00", "max-age=86400")]
    [InlineData("godzilla.example", "Hsts__MaxAge", "00:00:00", null)]
    [InlineData("localhost", "", "", null)]
    [InlineData("LOCALHOST:8443", "", "", null)]
    [InlineData("127.0.0.1", "", "", null)]
    [InlineData("[::1]:8443", "", "", null)]
    [InlineData("app.localhost", "", "", null)]
    [InlineData("localhost", "Hsts__OnLocalhost", "true", "max-age=31536000")]
    public async Task WhoeverCameByHttpsIsToldToStayThere(string host, string key, string value, string? expected)
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        using var gateway = await GatewayProcess.StartAsync(
            upstream, [("AllowedHosts", "*"), ("ClientAddress__TrustedProxies__0", "127.0.0.1"), .. key.Length > 0 ? [(key, value)] : Array.Empty<(string, string)>()]);
        gateway.Http.DefaultRequestHeaders.Host = host;

        using var plain = await gateway.Http.GetAsync("/open");
        Assert.False(plain.Headers.Contains("Strict-Transport-Security"));
        gateway.Http.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        foreach (var path in new[] { "/open", "/nope" })
        {
            using var response = await gateway.Http.GetAsync(path);
            Assert.Equal(expected, response.Headers.TryGetValues("Strict-Transport-Security", out var values) ? Assert.Single(values) : null);
        }
    }
}
