using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests.System.Inference;

[Collection(InferenceSystem.Name)]
public sealed class UpstreamTests(InferenceApp app)
{
    [Fact]
    public async Task TheRequestGoesAsItCameAndTheAnswerComesBackUnderOurModel()
    {
        using var mothra = await app.NewUserAsync();
        var marker = $"{Guid.NewGuid():N}";

        using var response = await ApiUser.CompleteAsync(
            mothra.Http, new { model = "echo", messages = Say($"roar {marker}"), logit_bias = new Dictionary<string, int>(StringComparer.Ordinal) { ["50256"] = -100 }, n = 1, unheard_of = new { deep = true } });

        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal($"roar {marker}", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("echo", answer.GetProperty("model").GetString());
        Assert.Equal("good", Assert.Single(response.Headers.GetValues("x-godzilla-served-by")));
        var (_, sent, authorization) = Assert.Single(app.Upstream.Requests, request => request.Body.ToString().Contains(marker, StringComparison.Ordinal));
        Assert.Equal("good-of-echo", sent.GetProperty("model").GetString());
        Assert.True(sent.GetProperty("unheard_of").GetProperty("deep").GetBoolean());
        Assert.Equal(-100, sent.GetProperty("logit_bias").GetProperty("50256").GetInt32());
        Assert.Equal("Bearer secret-of-good", authorization);
        Assert.Equal(9, answer.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AStreamHasItsUsageOnlyIfTheClientAskedForIt(bool wanted)
    {
        using var mothra = await app.NewUserAsync();

        using var stream = await SseReader.OpenAsync(await ApiUser.CompleteAsync(
            mothra.Http, new { model = "echo", messages = Say("one two three"), stream = true, stream_options = wanted ? new { include_usage = true } : null }));
        var events = await stream.RestAsync();

        Assert.Equal("[DONE]", events[^1].Data);
        Assert.Equal("one two three", string.Concat(events.Select(e => e.Text)));
        Assert.All(events.SkipLast(1), e => Assert.Equal("echo", e.Json.GetProperty("model").GetString()));
        if (wanted)
        {
            Assert.Equal(3, events[^2].Json.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
            Assert.All(events.SkipLast(2), e => Assert.Equal(JsonValueKind.Null, e.Json.GetProperty("usage").ValueKind));
        }
        else
        {
            Assert.All(events.SkipLast(1), e => Assert.False(e.Json.TryGetProperty("usage", out _)));
        }
    }

    [Theory]
    [InlineData("two", "two")] // Its other upstream answers.
    [InlineData("covered", "echo")] // Another model stands in.
    [InlineData("quiet", "echo")] // Its upstream takes too long for the first token.
    [InlineData("sweetened", "echo")] // Its upstream begins with an error.
    public async Task AnUpstreamThatDoesNotAnswerIsPassedOver(string model, string answers)
    {
        using var mothra = await app.NewUserAsync();

        using var stream = await SseReader.OpenAsync(await ApiUser.CompleteAsync(mothra.Http, new { model, messages = Say("still here"), stream = true }));
        var events = await stream.RestAsync();

        Assert.Equal("still here", string.Concat(events.Select(e => e.Text)));
        Assert.Equal(answers, events[0].Json.GetProperty("model").GetString());
    }

    [Theory]
    [InlineData("two", "two")]
    [InlineData("covered", "echo")]
    public async Task WhoAnsweredInItsPlaceIsTold(string model, string answers)
    {
        using var mothra = await app.NewUserAsync();

        using var response = await ApiUser.CompleteAsync(mothra.Http, new { model, messages = Say("still here") });

        Assert.Equal("good", Assert.Single(response.Headers.GetValues("x-godzilla-served-by")));
        Assert.Equal(answers, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("model").GetString());
    }

    [Fact]
    public async Task TheBuiltInModelCanStandIn()
    {
        using var mothra = await app.NewUserAsync();

        using var response = await ApiUser.CompleteAsync(mothra.Http, new { model = "homely", messages = Say("hello"), max_tokens = 5 });

        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("godzilla-mini", answer.GetProperty("model").GetString());
        Assert.Equal("built-in", Assert.Single(response.Headers.GetValues("x-godzilla-served-by")));
    }

    [Theory]
    [InlineData("down", HttpStatusCode.ServiceUnavailable, "server_error", "model_unavailable")]
    [InlineData("busy", HttpStatusCode.TooManyRequests, "requests", "rate_limit_exceeded")]
    [InlineData("picky", HttpStatusCode.BadRequest, "invalid_request_error", "bad_voice")] // The client's fault: nobody else is asked.
    [InlineData("sour", HttpStatusCode.BadGateway, "server_error", "no_room", true)]
    public async Task WithoutAnAnswerTheClientIsToldWhy(string model, HttpStatusCode status, string type, string code, bool stream = false)
    {
        using var mothra = await app.NewUserAsync();

        using var response = await ApiUser.CompleteAsync(mothra.Http, new { model, messages = Say("hello"), stream });

        var error = await OpenAIErrorBody.AssertAsync(status, type, code, response);
        Assert.DoesNotContain("secret-of", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStreamThatBreaksOffEndsWithAnError()
    {
        using var mothra = await app.NewUserAsync();

        using var stream = await SseReader.OpenAsync(await ApiUser.CompleteAsync(mothra.Http, new { model = "broken", messages = Say("one two three"), stream = true }));
        var events = await stream.RestAsync();

        Assert.Equal("one", events[0].Text);
        Assert.Equal("upstream_error", events[^1].Json.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task AClientThatLeavesStopsTheUpstream()
    {
        using var mothra = await app.NewUserAsync();
        var left = app.Upstream.Left;

        var stream = await SseReader.OpenAsync(await ApiUser.CompleteAsync(mothra.Http, new { model = "held", messages = Say("one two"), stream = true }));
        Assert.Equal("one", (await stream.NextAsync())!.Text);
        Assert.Equal(left, app.Upstream.Left);
        stream.Dispose();

        await Eventually.TrueAsync(() => app.Upstream.Left == left + 1, "the upstream sees its caller leave");
    }

    [Fact]
    public async Task WhileAStreamWaitsItHasComments()
    {
        using var mothra = await app.NewUserAsync();

        using var stream = await SseReader.OpenAsync(await ApiUser.CompleteAsync(mothra.Http, new { model = "held", messages = Say("one two"), stream = true }));
        Assert.Equal("one", (await stream.NextAsync())!.Text);
        var next = stream.NextAsync();
        await Eventually.TrueAsync(() => stream.Comments >= 2, "comments come");
        app.Upstream.Release();

        Assert.Equal(" two", (await next)!.Text);
    }

    [Fact]
    public async Task EmbeddingsPassThrough()
    {
        using var mothra = await app.NewUserAsync();

        using var response = await mothra.Http.PostAsJsonAsync("/v1/embeddings", new { model = "vectors", input = "roar" });

        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("vectors", answer.GetProperty("model").GetString());
        Assert.Equal(-0.5, answer.GetProperty("data")[0].GetProperty("embedding")[1].GetDouble());
    }

    private static object[] Say(string text) => [new { role = "user", content = text }];
}
