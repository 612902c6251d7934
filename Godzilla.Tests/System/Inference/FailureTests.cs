using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Godzilla.Inference.V1;
using Grpc.Net.Client;

namespace Godzilla.Tests.System.Inference;

/// <summary>Something behind the API hangs, fails or dies: what its clients are told, and that it works again without a restart.</summary>
[Collection(ImpatientInferenceSystem.Name)]
public sealed class FailureTests(ImpatientInferenceApp app)
{
    // The contract says a second; the rest is for a machine that is busy with other things.
    private static readonly TimeSpan AnswerLimit = Slack.Second;

    [Fact]
    public async Task AnUpstreamThatFailsIsLeftAloneUntilItWorksAgain()
    {
        using var mothra = await app.NewUserAsync();
        app.Flaky.IsFailing = true;

        // Each replica finds it out for itself.
        await Eventually.TrueAsync(
            async () =>
            {
                var before = app.Flaky.Requests.Count;
                for (var i = 0; i < ImpatientInferenceApp.BreakAfter; i++)
                {
                    using var refused = await ApiUser.CompleteAsync(mothra.Http, Body("flaky", "roar"));
                    await OpenAIErrorBody.AssertAsync(HttpStatusCode.ServiceUnavailable, "server_error", "model_unavailable", refused);
                    Assert.Equal("true", Assert.Single(refused.Headers.GetValues("x-should-retry")));
                }

                return app.Flaky.Requests.Count == before;
            },
            "nothing is sent to it any more");
        using var covered = await ApiUser.CompleteAsync(mothra.Http, Body("insured", "still here"));
        Assert.Equal("still here", await TextOf(covered));
        Assert.Equal("good", Assert.Single(covered.Headers.GetValues("x-godzilla-served-by")));

        app.Flaky.IsFailing = false;
        await Eventually.TrueAsync(
            async () =>
            {
                for (var i = 0; i < ImpatientInferenceApp.BreakAfter; i++)
                {
                    using var answer = await ApiUser.CompleteAsync(mothra.Http, Body("insured", "still here"));
                    if (Assert.Single(answer.Headers.GetValues("x-godzilla-served-by")) != "flaky")
                    {
                        return false;
                    }
                }

                return true;
            },
            "both replicas ask it again");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatFailedOnItsWayIsSentAgain(bool stream)
    {
        using var mothra = await app.NewUserAsync();
        var words = $"roar {Guid.NewGuid():N}";

        using var response = await ApiUser.CompleteAsync(mothra.Http, Body("shaky", words, stream));

        Assert.Equal("shaky", Assert.Single(response.Headers.GetValues("x-godzilla-served-by")));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, app.Shaky.Count(words));
    }

    [Fact]
    public async Task NothingIsSentAgainOnceAWordHasCome()
    {
        using var mothra = await app.NewUserAsync();
        var words = $"one two {Guid.NewGuid():N}";

        using var stream = await SseReader.OpenAsync(await ApiUser.CompleteAsync(mothra.Http, Body("broken", words, stream: true)));
        var events = await stream.RestAsync();

        Assert.Equal("one", events[0].Text);
        OpenAIEnvelope.Check(events[^1].Json.GetProperty("error"), "server_error", "upstream_error");
        Assert.Equal(1, app.Upstream.Count(words));
    }

    [Fact]
    public async Task WithoutAFirstWordInTimeTheModelIsUnavailable()
    {
        using var mothra = await app.NewUserAsync();

        using var response = await ApiUser.CompleteAsync(mothra.Http, Body("mute", "hello", stream: true));
        using var covered = await ApiUser.CompleteAsync(mothra.Http, Body("quiet", "hello", stream: true));

        await OpenAIErrorBody.AssertAsync(HttpStatusCode.ServiceUnavailable, "server_error", "model_unavailable", response);
        Assert.Equal("good", Assert.Single(covered.Headers.GetValues("x-godzilla-served-by")));
    }

    [Fact]
    public async Task WhatTakesLongerThanTheDeadlineEndsAndIsChargedForWhatCame()
    {
        using var mothra = await app.NewUserAsync();
        var left = app.Upstream.Left;
        var whole = ApiUser.CompleteAsync(mothra.Http, Body("held", "one two"));
        using var stream = await SseReader.OpenAsync(await ApiUser.CompleteAsync(mothra.Http, Body("held", "one two", stream: true)));
        var events = await stream.RestAsync();
        using var response = await whole;

        await OpenAIErrorBody.AssertAsync(HttpStatusCode.GatewayTimeout, "server_error", "timeout", response);
        Assert.Equal("one", events[0].Text);
        Assert.Equal(2, events.Count);
        OpenAIEnvelope.Check(events[1].Json.GetProperty("error"), "server_error", "timeout");
        await Eventually.TrueAsync(() => app.Upstream.Left == left + 2, "the upstream sees its callers leave");
        var usage = await mothra.UsageAsync(1); // What gave nothing costs nothing.
        Assert.Equal((1, 1), (usage.GetProperty("requests").GetInt32(), usage.GetProperty("completion_tokens").GetInt32()));
    }

    [Fact]
    public async Task WhoGetsNoTurnInTimeIsRefused()
    {
        using var mothra = await app.NewUserAsync();

        // One runs in each replica.
        var requests = Enumerable.Range(0, 4).Select(_ => ApiUser.CompleteAsync(mothra.Http, Body("narrow", "one two"))).ToList();
        for (var late = 0; late < 2; late++)
        {
            var next = await Task.WhenAny(requests).WaitAsync(2 * AnswerLimit);
            requests.Remove(next);
            using var refused = await next;
            await OpenAIErrorBody.AssertAsync(HttpStatusCode.ServiceUnavailable, "server_error", "queue_timeout", refused);
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        }

        // Another test may have left the gateway with one of them alone.
        await Eventually.TrueAsync(() => app.Upstream.Held == requests.Count(request => !request.IsCompleted), "the others run");
        app.Upstream.Release();
        var answers = await Task.WhenAll(requests);
        Assert.Equal("one two", await TextOf(answers.First(answer => answer.StatusCode == HttpStatusCode.OK)));
        Array.ForEach(answers, answer => answer.Dispose());
    }

    [Fact]
    public async Task WhileRedisHangsRequestsAreRefusedInTimeAndWhatRunsGoesOn()
    {
        using var mothra = await app.NewUserAsync();
        using var running = await SseReader.OpenAsync(await ApiUser.CompleteAsync(mothra.Http, Body("held", "one two", stream: true)));
        Assert.Equal("one", (await running.NextAsync())!.Text);
        var pid = app.PidOf("redis");

        Signals.Freeze(pid);
        List<SseEvent> rest;
        try
        {
            // Before and after the gateway has noticed: then it asks Accounts for the key.
            await Task.WhenAll(AllWays(mothra).Select(UnavailableAsync));
            app.Upstream.Release();
            rest = await running.RestAsync();
            await Task.WhenAll(AllWays(mothra).Select(UnavailableAsync));
            using var models = await mothra.Http.GetAsync("/v1/models").WaitAsync(AnswerLimit);
            Assert.Equal(HttpStatusCode.OK, models.StatusCode);
        }
        finally
        {
            Signals.Thaw(pid);
        }

        Assert.Equal("[DONE]", rest[^1].Data);
        Assert.Equal(" two", string.Concat(rest.SkipLast(1).Select(e => e.Text)));
        await WorksAsync(mothra);
        var usage = await mothra.UsageAsync(2);
        Assert.InRange(usage.GetProperty("completion_tokens").GetInt32(), 3, int.MaxValue);
        Assert.Equal(0, usage.GetProperty("unaccounted_tokens").GetInt32());
    }

    [Fact]
    public async Task RedisIsKilledAndStartedAgain()
    {
        using var mothra = await app.NewUserAsync();
        var replicas = app.InstancesOf("inference");

        await app.KillAsync("redis");
        try
        {
            await Task.WhenAll(AllWays(mothra).Select(UnavailableAsync));
        }
        finally
        {
            await app.StartAgainAsync("redis");
        }

        await WorksAsync(mothra);
        Assert.Equal(replicas, app.InstancesOf("inference"));
    }

    [Fact]
    public async Task AStreamWhoseReplicaDiesIsInterruptedAndGeneratedAnewForWhoAsksForIt()
    {
        using var mothra = await app.NewUserAsync();
        var (one, other) = (mothra.At(app.Gateways[0]), mothra.At(app.Gateways[1]));
        var (key, body) = (NewKey(), Body("held", "one two", stream: true));
        using var stream = await SseReader.OpenAsync(await ApiUser.CompleteAsync(one, body, key));
        var first = await stream.NextAsync();
        var victim = await RunsAtAsync("held");

        await app.KillAsync("inference", victim);
        try
        {
            // What is cut off does not look whole.
            await Assert.ThrowsAnyAsync<IOException>(stream.RestAsync);
            using var again = await SendAsync(key, first!.Id);
            await OpenAIErrorBody.AssertAsync(HttpStatusCode.ServiceUnavailable, "server_error", "generation_interrupted", again);
            Assert.Equal("true", Assert.Single(again.Headers.GetValues("x-should-retry")));
            using var gone = await SendAsync(key, first.Id);
            await OpenAIErrorBody.AssertAsync(HttpStatusCode.NotFound, "invalid_request_error", "stream_not_found", gone);

            using var anew = await SseReader.OpenAsync(await SendAsync(key, lastEvent: null));
            Assert.Equal("one", (await anew.NextAsync())!.Text);
            app.Upstream.Release();
            Assert.Equal("[DONE]", (await anew.RestAsync())[^1].Data);

            // What the dead one had reserved counts, as an upstream may have charged it.
            await Eventually.TrueAsync(
                async () => (await mothra.UsageAsync(1)).GetProperty("unaccounted_tokens").GetInt32() > 0, "the reservation of the dead replica has run out");
        }
        finally
        {
            await app.StartAgainAsync("inference", victim);
        }

        // The other gateway may have lost its connection to the dead one too, and then finds the living one.
        async Task<HttpResponseMessage> SendAsync(string idempotencyKey, string? lastEvent)
        {
            HttpResponseMessage? response = null;
            await Eventually.TrueAsync(
                async () =>
                {
                    response = await ApiUser.CompleteAsync(other, body, idempotencyKey, lastEvent);
                    return response.StatusCode != HttpStatusCode.BadGateway;
                },
                "it reaches the living one");
            return response!;
        }
    }

    // The replica that runs a request of a model.
    private async Task<string> RunsAtAsync(string model)
    {
        var (instances, addresses) = (app.InstancesOf("inference"), app.ReplicasOf("inference", "Kestrel__Endpoints__http2__Url"));
        for (var i = 0; i < instances.Count; i++)
        {
            using var channel = GrpcChannel.ForAddress(
                addresses[i], new GrpcChannelOptions { HttpHandler = new SigningHandler("gateway", "inference", "mothra"), DisposeHttpClient = true });
            if ((await new InferenceService.InferenceServiceClient(channel).GetModelStatusAsync(new ModelStatusRequest { ModelId = model })).Running > 0)
            {
                return instances[i];
            }
        }

        throw new InvalidOperationException("No replica runs it.");
    }

    private static object Body(string model, string text, bool stream = false) => new { model, messages = new[] { new { role = "user", content = text } }, stream };

    private static string NewKey() => $"{Guid.NewGuid()}";

    private static async Task<string?> TextOf(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();

    // Everything that costs.
    private static Func<Task<HttpResponseMessage>>[] AllWays(ApiUser user) =>
    [
        () => ApiUser.CompleteAsync(user.Http, Body("echo", "roar")),
        () => ApiUser.CompleteAsync(user.Http, Body("echo", "roar", stream: true)),
        () => ApiUser.CompleteAsync(user.Http, Body("echo", "roar", stream: true), NewKey()),
        () => ApiUser.CompleteAsync(user.Http, Body("echo", "roar", stream: true), NewKey(), lastEvent: "1"),
        () => ApiUser.PostAsync(user.Http, "/v1/responses", new { model = "echo", input = "roar" }),
        () => ApiUser.PostAsync(user.Http, "/v1/embeddings", new { model = "godzilla-mini", input = "roar" }),
    ];

    private static async Task UnavailableAsync(Func<Task<HttpResponseMessage>> call)
    {
        using var response = await call().WaitAsync(AnswerLimit);
        await OpenAIErrorBody.AssertAsync(HttpStatusCode.ServiceUnavailable, "server_error", "service_unavailable", response);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        Assert.Equal("true", Assert.Single(response.Headers.GetValues("x-should-retry")));
    }

    private static async Task WorksAsync(ApiUser user) => await Eventually.TrueAsync(
        async () =>
        {
            using var response = await ApiUser.CompleteAsync(user.Http, Body("echo", "roar"), NewKey());
            return response.StatusCode == HttpStatusCode.OK;
        },
        "it works again");
}
