using System.Net;
using System.Net.Http.Json;

namespace Godzilla.Tests.System.Gateway;

/// <summary>What the gateway itself answers under <c>/v1</c>.</summary>
[Collection(RunningSystem.Name)]
public sealed class OpenAIErrorTests(GodzillaApp app, BearerGateways gateways) : IClassFixture<BearerGateways>
{
    [Theory]
    [InlineData("GET", "/v1/nothing")]
    [InlineData("POST", "/v1/audio/speech")]
    [InlineData("GET", "/v1")]
    public async Task AnUnknownUrlIsNotFound(string method, string path)
    {
        using var response = await BearerGateways.SendAsync(gateways.First.Http, token: null, path, new HttpMethod(method));

        var message = await OpenAIEnvelope.AssertAsync(HttpStatusCode.NotFound, "invalid_request_error", "unknown_url", response);
        Assert.Equal($"Invalid URL ({method} {path})", message);
    }

    [Theory]
    [InlineData("GET", "/v1/chat/completions")]
    [InlineData("DELETE", "/v1/models/x")]
    public async Task AnotherMethodIsNotAllowed(string method, string path)
    {
        using var response = await BearerGateways.SendAsync(gateways.First.Http, token: null, path, new HttpMethod(method));

        await OpenAIEnvelope.AssertAsync(HttpStatusCode.MethodNotAllowed, "invalid_request_error", "method_not_supported", response);
    }

    [Fact]
    public async Task ABodyThatIsTooLargeIsRefused()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (_, secret) = await BearerGateways.CreateKeyAsync(mothra);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings") { Content = new ByteArrayContent(new byte[9 * 1024 * 1024]) };
        request.Headers.Add("Authorization", $"Bearer {secret}");

        using var response = await gateways.First.Http.SendAsync(request);

        await OpenAIEnvelope.AssertAsync(HttpStatusCode.RequestEntityTooLarge, "invalid_request_error", "request_too_large", response);
    }

    [Fact]
    public async Task AnotherCharsetIsRefused()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (_, secret) = await BearerGateways.CreateKeyAsync(mothra);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings") { Content = JsonContent.Create(new { }) };
        request.Content.Headers.ContentType!.CharSet = "utf-16";
        request.Headers.Add("Authorization", $"Bearer {secret}");

        using var response = await gateways.First.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Contains("\"invalid_request_error\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServiceThatIsAwayIsAnErrorThatMayBeTriedAgain()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (_, secret) = await BearerGateways.CreateKeyAsync(mothra);
        using var gateway = await gateways.StartAsync(("services__inference__http2__0", "http://127.0.0.1:1"));

        using var response = await BearerGateways.SendAsync(gateway.Http, secret, "/v1/embeddings", HttpMethod.Post);

        await OpenAIEnvelope.AssertAsync(HttpStatusCode.BadGateway, "server_error", "bad_gateway", response);
    }

    [Fact]
    public async Task APageOfAnotherSiteIsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/embeddings");
        request.Headers.Add("Origin", "https://elsewhere.example");

        using var response = await gateways.First.Http.SendAsync(request);

        await OpenAIEnvelope.AssertAsync(HttpStatusCode.Forbidden, "permission_error", "insufficient_permissions", response);
    }

    [Fact]
    public async Task EveryAnswerHasItsRequestsIdAndOtherRoutesKeepTheirShape()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (_, secret) = await BearerGateways.CreateKeyAsync(mothra);

        using var first = await BearerGateways.SendAsync(gateways.First.Http, secret);
        using var second = await BearerGateways.SendAsync(gateways.First.Http, secret);
        using var elsewhere = await gateways.First.Http.GetAsync("/v1x/nothing");

        Assert.NotEqual(Assert.Single(first.Headers.GetValues("x-request-id")), Assert.Single(second.Headers.GetValues("x-request-id")));
        await Envelope.AssertAsync(HttpStatusCode.NotFound, elsewhere);
        Assert.False(elsewhere.Headers.Contains("x-request-id"));
    }
}
