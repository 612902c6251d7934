using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Godzilla.Tests.System.Page;

/// <summary>The files of the page, as the gateway serves them to anybody.</summary>
[Collection(ReplicatedSystem.Name)]
public sealed partial class PageFileTests(ReplicatedApp app)
{
    private const int MaxSize = 150 * 1024;

    [Fact]
    public async Task ThePageNeedsNoSessionAndForbidsWhatItDoesNotUse()
    {
        using var nobody = app.CreateClient();
        using var response = await nobody.GetAsync("/");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoCache);
        Assert.NotNull(response.Headers.ETag);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; ", policy, StringComparison.Ordinal);
        foreach (var exception in new[] { "unsafe", "sha256", "nonce", "http", "data:", "*" })
        {
            Assert.DoesNotContain(exception, policy, StringComparison.Ordinal);
        }

        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        var html = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("style=", html, StringComparison.Ordinal);
        Assert.All(References().Matches(html), reference => Assert.StartsWith("/", reference.Groups["path"].Value, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AllOfItIsSmallCompressedAndCachedByItsTag()
    {
        using var client = app.CreateClient();
        client.DefaultRequestHeaders.AcceptEncoding.Add(new("gzip"));
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "Godzilla.Gateway/wwwroot"), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Path.Combine(Repository.Root, "Godzilla.Gateway/wwwroot"), file).Replace('\\', '/'))
            .Append("lib/signalr.js")
            .Select(file => file == "index.html" ? "" : file)
            .ToArray();
        var size = 0;
        foreach (var file in files)
        {
            using var response = await client.GetAsync($"/{file}");
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"/{file}: {response.StatusCode}");
            Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
            size += (await response.Content.ReadAsByteArrayAsync()).Length;

            using var again = new HttpRequestMessage(HttpMethod.Get, $"/{file}");
            again.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(response.Headers.ETag!.ToString()));
            using var unchanged = await client.SendAsync(again);
            Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        }

        Assert.InRange(size, 20_000, MaxSize);
    }

    [Theory]
    [InlineData("GET", "/index.htm", HttpStatusCode.NotFound)]
    [InlineData("GET", "/views", HttpStatusCode.NotFound)]
    [InlineData("GET", "/lib/other.js", HttpStatusCode.NotFound)]
    [InlineData("GET", "/package.json", HttpStatusCode.NotFound)]
    [InlineData("GET", "/..%2fappsettings.json", HttpStatusCode.NotFound)]
    [InlineData("POST", "/", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/styles.css", HttpStatusCode.MethodNotAllowed)]
    public async Task WhatIsNotOfItIsAnErrorAsEverywhere(string method, string path, HttpStatusCode expected)
    {
        using var client = app.CreateClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var response = await client.SendAsync(request);

        await Envelope.AssertAsync(expected, response);
    }

    [GeneratedRegex("(?:src|href)=\"(?<path>[^\"]*)\"", RegexOptions.CultureInvariant)]
    private static partial Regex References();
}
