using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests.System.Inference;

/// <summary>Completions with an <c>Idempotency-Key</c>.</summary>
[Collection(InferenceSystem.Name)]
public sealed class ResumptionTests(InferenceApp app)
{
    [Fact]
    public async Task ABrokenStreamIsTakenUpAtTheOtherGatewayWhileItRuns()
    {
        using var mothra = await app.NewUserAsync();
        var (key, body) = (NewKey(), Body("held", $"one two three {Guid.NewGuid():N}", stream: true));
        var before = Sent(body);

        var first = await SseReader.OpenAsync(await ApiUser.CompleteAsync(mothra.At(app.Gateways[0]), body, key));
        var seen = await first.NextAsync();
        first.Dispose();
        await Eventually.TrueAsync(() => app.Upstream.Held > 0, "the generation goes on");
        using var second = await SseReader.OpenAsync(await ApiUser.CompleteAsync(mothra.At(app.Gateways[1]), body, key, lastEvent: seen!.Id));
        app.Upstream.Release();
        var rest = await second.RestAsync();

        using var whole = await SseReader.OpenAsync(await ApiUser.CompleteAsync(mothra.At(app.Gateways[1]), body, key));
        var all = await whole.RestAsync();
        Assert.Equal([seen, .. rest], all);
        Assert.Equal("[DONE]", all[^1].Data);
        Assert.StartsWith("one two three", string.Concat(all.Select(e => e.Text)), StringComparison.Ordinal);
        Assert.Equal(before + 1, Sent(body));
    }

    [Fact]
    public async Task AFinishedStreamIsTheSameFromEveryPlaceInIt()
    {
        using var mothra = await app.NewUserAsync();
        var (key, body) = (NewKey(), Body("echo", $"one two three {Guid.NewGuid():N}", stream: true));
        using var first = await SseReader.OpenAsync(await ApiUser.CompleteAsync(mothra.At(app.Gateways[0]), body, key));
        var all = await first.RestAsync();

        for (var i = 0; i < all.Count; i++)
        {
            using var again = await SseReader.OpenAsync(await ApiUser.CompleteAsync(mothra.At(app.Gateways[i % 2]), body, key, all[i].Id));
            Assert.Equal(all.Skip(i + 1), await again.RestAsync());
        }

        Assert.Equal(1, Sent(body));
    }

    [Fact]
    public async Task AnAnswerThatIsNotStreamedIsTheSameByteForByte()
    {
        using var mothra = await app.NewUserAsync();
        var (key, body) = (NewKey(), Body("echo", $"roar {Guid.NewGuid():N}", stream: false));

        using var first = await ApiUser.CompleteAsync(mothra.At(app.Gateways[0]), body, key);
        using var second = await ApiUser.CompleteAsync(mothra.At(app.Gateways[1]), body, key);

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.False(first.Headers.Contains("idempotent-replayed"));
        Assert.True(second.Headers.Contains("idempotent-replayed"));
        Assert.Equal(1, Sent(body));
    }

    [Fact]
    public async Task RequestsWithOneKeyAtOnceGenerateOnce()
    {
        using var mothra = await app.NewUserAsync();
        var (key, body) = (NewKey(), Body("echo", $"roar {Guid.NewGuid():N}", stream: false));
        HttpClient[] clients = [mothra.At(app.Gateways[0]), mothra.At(app.Gateways[1])];

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            using var response = await ApiUser.CompleteAsync(clients[i % 2], body, key);
            return await response.Content.ReadAsStringAsync();
        }));

        Assert.Single(answers.Distinct(StringComparer.Ordinal));
        Assert.Contains("chat.completion", answers[0], StringComparison.Ordinal);
        Assert.Equal(1, Sent(body));
    }

    [Fact]
    public async Task WhatIsSentTwiceOrTakenUpAgainIsChargedOnce()
    {
        using var mothra = await app.NewUserAsync();
        var (key, body) = (NewKey(), Body("echo", $"roar {Guid.NewGuid():N}", stream: false));
        var (streamKey, streamed) = (NewKey(), Body("held", $"one two three {Guid.NewGuid():N}", stream: true));
        HttpClient[] clients = [mothra.At(app.Gateways[0]), mothra.At(app.Gateways[1])];

        foreach (var client in clients)
        {
            using var answer = await ApiUser.CompleteAsync(client, body, key);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        var first = await SseReader.OpenAsync(await ApiUser.CompleteAsync(clients[0], streamed, streamKey));
        var seen = await first.NextAsync();
        first.Dispose();
        await Eventually.TrueAsync(() => app.Upstream.Held > 0, "the generation goes on");
        using var second = await SseReader.OpenAsync(await ApiUser.CompleteAsync(clients[1], streamed, streamKey, lastEvent: seen!.Id));
        app.Upstream.Release();
        await second.RestAsync();

        // The upstream says what it used: 7 tokens for a prompt, one for each word.
        var usage = await mothra.UsageAsync(2);
        Assert.Equal((2, 14, 6), (usage.GetProperty("requests").GetInt32(), usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));

        // One that comes later is not charged either.
        using var late = await ApiUser.CompleteAsync(clients[0], body, key);
        Assert.True(late.Headers.Contains("idempotent-replayed"));
        using var other = await ApiUser.CompleteAsync(clients[0], Body("echo", "roar", stream: false), NewKey());
        Assert.Equal(7, (await mothra.UsageAsync(3)).GetProperty("completion_tokens").GetInt32());
    }

    [Fact]
    public async Task AnotherBodyWithTheSameKeyIsAConflict()
    {
        using var mothra = await app.NewUserAsync();
        var key = NewKey();
        using var first = await ApiUser.CompleteAsync(mothra.Http, Body("echo", "one", stream: false), key);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);

        using var second = await ApiUser.CompleteAsync(mothra.Http, Body("echo", "two", stream: false), key);

        await OpenAIErrorBody.AssertAsync(HttpStatusCode.Conflict, "invalid_request_error", "idempotency_key_reused", second);
    }

    [Fact]
    public async Task AKeyIsItsUsersOwn()
    {
        using var mothra = await app.NewUserAsync();
        using var rodan = await app.NewUserAsync();
        var key = NewKey();

        using var first = await ApiUser.CompleteAsync(mothra.Http, Body("echo", "one", stream: false), key);
        using var second = await ApiUser.CompleteAsync(rodan.Http, Body("echo", "two", stream: false), key);

        Assert.Equal("one", await TextOf(first));
        Assert.Equal("two", await TextOf(second));
    }

    [Fact]
    public async Task WhatFailedBeforeItsFirstWordIsTriedAgain()
    {
        using var mothra = await app.NewUserAsync();
        // No other test uses this one: an upstream that has failed often is left alone for a while.
        var (key, body) = (NewKey(), Body("failing", $"roar {Guid.NewGuid():N}", stream: false));

        using var first = await ApiUser.CompleteAsync(mothra.Http, body, key);
        using var second = await ApiUser.CompleteAsync(mothra.Http, body, key);

        await OpenAIErrorBody.AssertAsync(HttpStatusCode.ServiceUnavailable, "server_error", "model_unavailable", first);
        await OpenAIErrorBody.AssertAsync(HttpStatusCode.ServiceUnavailable, "server_error", "model_unavailable", second);
        Assert.Equal(2, Sent(body));
    }

    [Fact]
    public async Task AStreamThatIsNotKeptIsNotGeneratedAgain()
    {
        using var mothra = await app.NewUserAsync();
        var body = Body("echo", $"roar {Guid.NewGuid():N}", stream: true);

        using var response = await ApiUser.CompleteAsync(mothra.Http, body, NewKey(), lastEvent: "3");

        await OpenAIErrorBody.AssertAsync(HttpStatusCode.NotFound, "invalid_request_error", "stream_not_found", response);
        Assert.Equal(0, Sent(body));
    }

    private static string NewKey() => $"{Guid.NewGuid()}";

    private static ChatBody Body(string model, string text, bool stream) => new(model, [new ChatLine("user", text)], stream);

    // How often the upstreams were asked for this.
    private int Sent(ChatBody body) => app.Upstream.Count(body.Messages[0].Content);

    private static async Task<string?> TextOf(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();

    private sealed record ChatBody(string Model, ChatLine[] Messages, bool Stream);

    private sealed record ChatLine(string Role, string Content);
}
