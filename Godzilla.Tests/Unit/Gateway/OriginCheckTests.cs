using System.Diagnostics.Metrics;
using Godzilla.Gateway.Limits;
using Godzilla.Gateway.Origins;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Godzilla.Tests.Unit.Gateway;

public sealed class OriginCheckTests
{
    [Theory]
    [InlineData("http://godzilla.example")]
    [InlineData("http://GODZILLA.example")]
    [InlineData("https://godzilla.example")]
    [InlineData("https://friend.example")]
    [InlineData("https://FRIEND.example")]
    public async Task TheSitesOwnPageAndThoseOfTheConfigurationPass(string origin) =>
        Assert.Equal(200, await StatusAsync("POST", "http", "godzilla.example", origin));

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("http://godzilla.example.evil.example")]
    [InlineData("http://godzilla.example:8080")]
    [InlineData("http://friend.example")]
    [InlineData("https://friend.example:444")]
    [InlineData("https://friend.example/")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("godzilla.example")]
    [InlineData("file://")]
    public async Task AnotherSitesPageIsRefused(string origin) =>
        Assert.Equal(403, await StatusAsync("POST", "http", "godzilla.example", origin));

    [Fact]
    public async Task APageWithoutTlsIsAnotherSiteThanTheOneWithIt() =>
        Assert.Equal(403, await StatusAsync("POST", "https", "godzilla.example", "http://godzilla.example"));

    [Fact]
    public async Task TwoOriginsAreNone() =>
        Assert.Equal(403, await StatusAsync("POST", "http", "godzilla.example", "http://godzilla.example", "https://evil.example"));

    [Theory]
    [InlineData("GET", 200)]
    [InlineData("HEAD", 200)]
    [InlineData("OPTIONS", 200)]
    [InlineData("POST", 403)]
    [InlineData("PUT", 403)]
    [InlineData("PATCH", 403)]
    [InlineData("DELETE", 403)]
    [InlineData("ANYTHING", 403)]
    public async Task OnlyRequestsThatChangeSomethingAreChecked(string method, int expected) =>
        Assert.Equal(expected, await StatusAsync(method, "http", "godzilla.example", "https://evil.example"));

    [Fact]
    public async Task AWebSocketHandshakeIsChecked()
    {
        Assert.Equal(403, await HandshakeAsync("GET", "http", "godzilla.example", "WebSocket", ["https://evil.example"]));
        Assert.Equal(200, await HandshakeAsync("GET", "http", "godzilla.example", "WebSocket", ["http://godzilla.example"]));
    }

    [Theory]
    [InlineData("same-origin", "http://godzilla.example", 200)]
    [InlineData("same-origin", null, 200)]
    [InlineData("none", null, 200)]
    [InlineData("none", "http://godzilla.example", 200)]
    [InlineData("same-site", null, 403)]
    [InlineData("same-site", "http://godzilla.example", 403)]
    [InlineData("same-site", "https://friend.example", 200)]
    [InlineData("cross-site", null, 403)]
    [InlineData("cross-site", "http://godzilla.example", 403)]
    [InlineData("cross-site", "https://friend.example", 403)]
    [InlineData("same-origin", "https://evil.example", 403)]
    [InlineData("Same-Origin", null, 403)]
    [InlineData("", null, 403)]
    [InlineData("anything", null, 403)]
    [InlineData("same-origin, none", null, 403)]
    public async Task WhatTheBrowserSaysOfThePageIsCheckedToo(string site, string? origin, int expected)
    {
        string[] origins = origin is null ? [] : [origin];

        Assert.Equal(expected, await HandshakeAsync("POST", "http", "godzilla.example", "", origins, [site], "auth_token=x"));
        Assert.Equal(expected, await HandshakeAsync("GET", "http", "godzilla.example", "websocket", origins, [site]));
        Assert.Equal(200, await HandshakeAsync("GET", "http", "godzilla.example", "", origins, [site], "auth_token=x"));
    }

    [Fact]
    public async Task TwoSitesAreNone() =>
        Assert.Equal(403, await HandshakeAsync("POST", "http", "godzilla.example", "", [], ["same-origin", "same-origin"]));

    [Fact]
    public async Task AConfiguredPageOfAnotherSiteChangesOnlyWhatTakesNoCookie()
    {
        Assert.Equal(200, await HandshakeAsync("POST", "http", "godzilla.example", "", ["https://friend.example"], ["cross-site"], "theme=dark"));
        Assert.Equal(403, await HandshakeAsync("POST", "http", "godzilla.example", "", ["https://friend.example"], ["cross-site"], "auth_token=x"));
    }

    [Fact]
    public async Task AHandshakeOverHttp2IsChecked()
    {
        Assert.Equal(403, await HandshakeAsync("CONNECT", "https", "godzilla.example", "", ["https://evil.example"]));
        Assert.Equal(403, await HandshakeAsync("CONNECT", "https", "godzilla.example", "", [], ["cross-site"]));
        Assert.Equal(200, await HandshakeAsync("CONNECT", "https", "godzilla.example", "", ["https://godzilla.example"], ["same-origin"]));
    }

    [Fact]
    public async Task AClientThatIsNoBrowserSendsNoOriginAndPasses() => Assert.Equal(200, await StatusAsync("POST", "http", "godzilla.example"));

    private static Task<int> StatusAsync(string method, string scheme, string host, params string[] origins) =>
        HandshakeAsync(method, scheme, host, upgrade: "", origins);

    private static async Task<int> HandshakeAsync(
        string method, string scheme, string host, string upgrade, string[] origins, string[]? sites = null, string cookie = "")
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var passed = false;
        var check = new OriginCheck(
            _ =>
            {
                passed = true;
                return Task.CompletedTask;
            },
            new HashSet<string>(["https://friend.example"], StringComparer.OrdinalIgnoreCase),
            new RefusalMetrics(services.GetRequiredService<IMeterFactory>()));
        var context = new DefaultHttpContext();
        (context.Request.Method, context.Request.Scheme, context.Request.Host) = (method, scheme, new HostString(host));
        context.Request.Headers.Origin = origins;
        context.Request.Headers["Sec-Fetch-Site"] = sites;
        context.Request.Headers.Cookie = cookie;
        context.Request.Headers.Upgrade = upgrade;

        await check.InvokeAsync(context);

        Assert.Equal(passed, context.Response.StatusCode == 200);
        return context.Response.StatusCode;
    }
}
