using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Godzilla.Tests.System.Inference;

/// <summary>The wire of chat completions by the built-in model, and every refusal.</summary>
[Collection(InferenceSystem.Name)]
public sealed partial class ChatCompletionTests(InferenceApp app)
{
    private const string Mini = "godzilla-mini";

    [Fact]
    public async Task AStreamIsWhatOpenAIsIs()
    {
        using var mothra = await app.NewUserAsync();

        using var response = await ApiUser.CompleteAsync(
            mothra.Http, new { model = Mini, messages = Say("hello"), stream = true, n = 2, max_tokens = 8, stream_options = new { include_usage = true } });
        using var stream = await SseReader.OpenAsync(response);
        var events = await stream.RestAsync();

        Assert.Equal("no-cache", response.Headers.CacheControl?.ToString());
        Assert.Equal("[DONE]", events[^1].Data);
        var chunks = events.SkipLast(1).Select(e => e.Json).ToList();
        Assert.Single(chunks.Select(chunk => (chunk.GetProperty("id").GetString(), chunk.GetProperty("created").GetInt64(), chunk.GetProperty("model").GetString())).Distinct());
        Assert.All(chunks, chunk => Assert.Equal("chat.completion.chunk", chunk.GetProperty("object").GetString()));
        foreach (var index in new[] { 0, 1 })
        {
            var choice = chunks.SkipLast(1).Select(chunk => chunk.GetProperty("choices")[0]).Where(choice => choice.GetProperty("index").GetInt32() == index).ToList();
            Assert.Equal("assistant", choice[0].GetProperty("delta").GetProperty("role").GetString());
            Assert.All(choice.SkipLast(1), part => Assert.Equal(JsonValueKind.Null, part.GetProperty("finish_reason").ValueKind));
            Assert.Contains(choice[^1].GetProperty("finish_reason").GetString(), new[] { "stop", "length" });
            Assert.Empty(choice[^1].GetProperty("delta").EnumerateObject());
        }

        Assert.All(chunks.SkipLast(1), chunk => Assert.Equal(JsonValueKind.Null, chunk.GetProperty("usage").ValueKind));
        Assert.Equal(0, chunks[^1].GetProperty("choices").GetArrayLength());
        var usage = chunks[^1].GetProperty("usage");
        Assert.Equal(usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("prompt_tokens").GetInt32() + usage.GetProperty("completion_tokens").GetInt32());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ASeedGivesTheSameBytesInTwoProcesses(bool stream)
    {
        using var mothra = new HttpClient(new SigningHandler("gateway", "inference", "mothra"));
        var body = new { model = Mini, messages = Say("Tell me of the sea."), seed = 7, temperature = 1.2, n = 2, logprobs = true, top_logprobs = 2, max_tokens = 40, stream };

        var answers = new List<string>();
        foreach (var replica in app.ReplicasOf("inference", "Kestrel__Endpoints__http__Url"))
        {
            using var response = await mothra.PostAsJsonAsync(new Uri(replica, "/v1/chat/completions"), body);
            answers.Add(Own().Replace(await response.Content.ReadAsStringAsync(), ""));
        }

        Assert.Equal(2, answers.Count);
        Assert.Contains("\"logprob\":", answers[0], StringComparison.Ordinal);
        Assert.Equal(answers[0], answers[1]);
    }

    [Fact]
    public async Task AnAnswerHasOpenAIsHeaders()
    {
        using var mothra = await app.NewUserAsync();

        using var response = await ApiUser.CompleteAsync(mothra.Http, new { model = Mini, messages = Say("hello"), max_tokens = 3 });

        Assert.Matches("^req_[0-9a-f]{32}$", Assert.Single(response.Headers.GetValues("x-request-id")));
        Assert.Matches("^[0-9]+$", Assert.Single(response.Headers.GetValues("openai-processing-ms")));
        Assert.Equal("2020-10-01", Assert.Single(response.Headers.GetValues("openai-version")));
        foreach (var what in new[] { "requests", "tokens" })
        {
            Assert.Matches("^[0-9]+$", Assert.Single(response.Headers.GetValues($"x-ratelimit-limit-{what}")));
            Assert.Matches("^[0-9]+$", Assert.Single(response.Headers.GetValues($"x-ratelimit-remaining-{what}")));
            Assert.Matches("^([0-9]+m)?[0-9.]+(s|ms)$", Assert.Single(response.Headers.GetValues($"x-ratelimit-reset-{what}")));
        }
    }

    public static TheoryData<string, int, string?, string?> Refusals => new()
    {
        { "{", 400, null, null },
        { """{"messages":[]}""", 400, "model", "missing_required_parameter" },
        { """{"model":"no-such","messages":[{"role":"user","content":"hi"}]}""", 404, "model", "model_not_found" },
        { """{"model":"vectors","messages":[{"role":"user","content":"hi"}]}""", 400, "model", "unsupported_value" },
        { """{"model":"godzilla-mini","messages":[{"role":"user","content":"hi"}],"temperature":3}""", 400, "temperature", "decimal_above_max_value" },
        { """{"model":"godzilla-mini","messages":[{"role":"user","content":"hi"}],"max_tokens":8192}""", 400, "messages", "context_length_exceeded" },
        { """{"model":"godzilla-mini","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,"}}]}]}""", 400, "messages[0].content[0].type", "unsupported_value" },
        {
            """{"model":"godzilla-mini","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"nonsense"}}}}""",
            400, "response_format.json_schema.schema", "invalid_json_schema"
        },
        {
            """{"model":"godzilla-mini","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema","json_schema":{"name":"s","strict":true,"schema":{"type":"object","properties":{}}}}}""",
            400, "response_format.json_schema.schema", "invalid_json_schema"
        },
        {
            """{"model":"godzilla-mini","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function","function":{"name":"f","strict":true,"parameters":{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}}}]}""",
            400, "tools[0].function.parameters", "invalid_json_schema"
        },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task ARefusalSaysWhatIsWrong(string body, int status, string? param, string? code)
    {
        using var mothra = await app.NewUserAsync();

        using var response = await mothra.Http.PostAsync("/v1/chat/completions", new StringContent(body, Encoding.UTF8, "application/json"));

        var error = await OpenAIErrorBody.AssertAsync((HttpStatusCode)status, "invalid_request_error", code, response);
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.True(response.Headers.Contains("x-request-id"));
    }

    [Fact]
    public async Task APromptThatIsTooLongIsRefused()
    {
        using var mothra = await app.NewUserAsync();

        using var response = await ApiUser.CompleteAsync(mothra.Http, new { model = Mini, messages = Say(string.Join(' ', Enumerable.Repeat("roar", 9000))) });

        await OpenAIErrorBody.AssertAsync(HttpStatusCode.BadRequest, "invalid_request_error", "context_length_exceeded", response);
    }

    [Fact]
    public async Task AKeyUsesItsOwnModelsAndScopesOnly()
    {
        using var mothra = await app.NewUserAsync(["echo"]);
        using var reader = await app.NewUserAsync(null, "models:read");

        using var other = await ApiUser.CompleteAsync(mothra.Http, new { model = Mini, messages = Say("hello") });
        using var one = await mothra.Http.GetAsync($"/v1/models/{Mini}");
        using var scope = await ApiUser.CompleteAsync(reader.Http, new { model = Mini, messages = Say("hello") });
        using var list = await reader.Http.GetAsync("/v1/models");

        await OpenAIErrorBody.AssertAsync(HttpStatusCode.NotFound, "invalid_request_error", "model_not_found", other);
        await OpenAIErrorBody.AssertAsync(HttpStatusCode.NotFound, "invalid_request_error", "model_not_found", one);
        Assert.Equal(HttpStatusCode.Forbidden, scope.StatusCode);
        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
    }

    [Fact]
    public async Task WhatIsNotThereIsAnErrorOfTheSameShape()
    {
        using var mothra = await app.NewUserAsync();

        using var response = await mothra.Http.GetAsync("/v1/no-such-thing");

        await OpenAIErrorBody.AssertAsync(HttpStatusCode.NotFound, "invalid_request_error", "unknown_url", response);
    }

    [Fact]
    public async Task AFullQueueRefusesAndServesTheRestInTurn()
    {
        using var mothra = await app.NewUserAsync();
        var http = mothra.At(app.Gateways[0]);

        // One runs in each replica and a few wait; the rest is refused.
        var requests = Enumerable.Range(0, 2 * (2 + InferenceApp.Waiting + 2)).Select(_ => ApiUser.CompleteAsync(http, new { model = "narrow", messages = Say("one two") })).ToList();
        await Eventually.TrueAsync(() => app.Upstream.Held > 0 && requests.Any(request => request.IsCompleted), "the queue is full");
        using var refused = await await Task.WhenAny(requests);
        await OpenAIErrorBody.AssertAsync(HttpStatusCode.ServiceUnavailable, "server_error", "model_overloaded", refused);
        Assert.NotNull(refused.Headers.RetryAfter);

        await Eventually.TrueAsync(
            () =>
            {
                app.Upstream.Release();
                return requests.All(request => request.IsCompleted);
            },
            "all are answered");
        var answers = await Task.WhenAll(requests);
        Assert.All(answers, answer => Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable }));
        Assert.InRange(answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), 1 + InferenceApp.Waiting, 2 * (1 + InferenceApp.Waiting));
    }

    // What each answer has of its own.
    [GeneratedRegex("\"(id\":\"chatcmpl-[0-9a-f]{32}\"|created\":[0-9]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Own();

    private static object[] Say(string text) => [new { role = "user", content = text }];
}
