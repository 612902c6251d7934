using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests.System.Gateway;

/// <summary>A key or a sign-in of a program that ends, ends at once, on every replica, for requests and for streams that run.</summary>
[Collection(RunningSystem.Name)]
public sealed class BearerEndingTests(GodzillaApp app, BearerGateways gateways) : IClassFixture<BearerGateways>
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task AnEventReachesTheClientAsTheServiceSendsItAndTheStreamEndsAsItDoes()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (_, secret) = await BearerGateways.CreateKeyAsync(mothra);
        using var stream = await gateways.OpenAsync(gateways.First, secret);

        for (var number = 2; number < 20; number++)
        {
            // The next is sent only when this one is here.
            stream.Upstream.Send($"data: {{\"n\":{number}}}\n\n");
            Assert.Equal($"data: {{\"n\":{number}}}\n", await stream.ReadEventAsync());
        }

        stream.Upstream.Send("data: [DONE]\n\n");
        stream.Upstream.End();
        Assert.Equal("data: [DONE]\n", await stream.ReadEventAsync());
        Assert.Null(await stream.ReadEventAsync());
    }

    [Fact]
    public async Task AClientThatLeavesStopsTheService()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (_, secret) = await BearerGateways.CreateKeyAsync(mothra);
        var stream = await gateways.OpenAsync(gateways.First, secret);

        stream.Dispose();

        await stream.Upstream.Aborted.Task.WaitAsync(TimeLimit);
    }

    [Theory]
    [InlineData("/v1/chat/completions")]
    [InlineData("/v1/responses")]
    public async Task StreamsOfADeletedKeyEndWithAnErrorOnAllReplicasAndOthersGoOn(string path)
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (id, secret) = await BearerGateways.CreateKeyAsync(mothra);
        var (_, other) = await BearerGateways.CreateKeyAsync(mothra);
        using var goesOn = await gateways.OpenAsync(gateways.First, other, path);
        var streams = new List<BearerGateways.OpenStream>();
        for (var number = 0; number < 20; number++)
        {
            streams.Add(await gateways.OpenAsync(gateways.All[number % 2], secret, path));
        }

        using var deleted = await mothra.SendAsync(HttpMethod.Delete, $"/user/keys/{id}");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);

        foreach (var stream in streams)
        {
            CheckLastEvent(await stream.ReadEventAsync(), path);
            Assert.Null(await stream.ReadEventAsync());
            await stream.Upstream.Aborted.Task.WaitAsync(TimeLimit);
            stream.Dispose();
        }

        await gateways.RefusedAsync(secret);
        goesOn.Upstream.Send("data: still here\n\n");
        Assert.Equal("data: still here\n", await goesOn.ReadEventAsync());
    }

    [Theory]
    [InlineData("revoke")]
    [InlineData("reuse")]
    [InlineData("password")]
    [InlineData("programs")]
    public async Task TheAccessTokensOfAFamilyThatEndsAreRefusedAndItsStreamsEnd(string how)
    {
        using var mothra = await app.SignUpAsync("mothra");
        var first = await Tokens.IssueAsync(mothra);
        using var refreshed = await mothra.Http.PostAsJsonAsync("/auth/refresh", new { refresh_token = first.Refresh });
        var second = await Tokens.ReadAsync(refreshed);
        var other = await Tokens.IssueAsync(mothra);

        // The access token from before the refresh is good until its time is up.
        using var older = await gateways.OpenAsync(gateways.First, first.Access);
        using var newer = await gateways.OpenAsync(gateways.Second, second.Access);
        using var goesOn = await gateways.OpenAsync(gateways.Second, other.Access);

        using var ended = how switch
        {
            "revoke" => await mothra.Http.PostAsJsonAsync("/auth/revoke", new { token = second.Refresh }),
            "reuse" => await mothra.Http.PostAsJsonAsync("/auth/refresh", new { refresh_token = first.Refresh }),
            "programs" => await mothra.SendAsync(HttpMethod.Delete, $"/user/programs/{first.Family}"),
            _ => await mothra.SendAsync(HttpMethod.Post, "/user/password", new { current_password = mothra.Password, new_password = "silk and wings" }),
        };
        Assert.Equal(how == "reuse" ? HttpStatusCode.Unauthorized : HttpStatusCode.OK, ended.StatusCode);

        foreach (var stream in new[] { older, newer })
        {
            CheckLastEvent(await stream.ReadEventAsync(), "/v1/chat/completions");
            Assert.Null(await stream.ReadEventAsync());
        }

        await gateways.RefusedAsync(first.Access);
        await gateways.RefusedAsync(second.Access);
        if (how == "password")
        {
            // It ends all of them.
            CheckLastEvent(await goesOn.ReadEventAsync(), "/v1/chat/completions");
        }
        else
        {
            goesOn.Upstream.Send("data: still here\n\n");
            Assert.Equal("data: still here\n", await goesOn.ReadEventAsync());
        }
    }

    [Fact]
    public async Task AKeyThatExpiresIsRefusedAndItsStreamsEnd()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (_, secret) = await BearerGateways.CreateKeyAsync(mothra, expiresAt: DateTimeOffset.UtcNow.AddSeconds(5));
        using var stream = await gateways.OpenAsync(gateways.First, secret);

        CheckLastEvent(await stream.ReadEventAsync(), "/v1/chat/completions");

        await gateways.RefusedAsync(secret);
    }

    [Fact]
    public async Task ARequestThatHasNoAnswerYetGetsTheRefusal()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (id, secret) = await BearerGateways.CreateKeyAsync(mothra);
        var name = Guid.NewGuid().ToString("N");
        var upstream = gateways.Inference.Stream(name);
        upstream.HoldsBack = true;
        var request = BearerGateways.SendAsync(gateways.First.Http, secret, $"/v1/chat/completions?id={name}", HttpMethod.Post);
        await upstream.Reached.Task.WaitAsync(TimeLimit);

        using var deleted = await mothra.SendAsync(HttpMethod.Delete, $"/user/keys/{id}");
        using var response = await request;

        await OpenAIEnvelope.AssertAsync(HttpStatusCode.Unauthorized, "invalid_request_error", "invalid_api_key", response);
        await upstream.Aborted.Task.WaitAsync(TimeLimit);
    }

    // The error must not become part of what was cut off.
    [Theory]
    [InlineData("text/event-stream", "data: {\"half\":")]
    [InlineData("application/json", "{\"half\":")]
    public async Task WhatIsCutInTheMiddleIsNotMadeToLookWhole(string contentType, string half)
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (id, secret) = await BearerGateways.CreateKeyAsync(mothra);
        var name = Guid.NewGuid().ToString("N");
        var upstream = gateways.Inference.Stream(name);
        upstream.ContentType = contentType;
        upstream.Send(half);
        using var response = await BearerGateways.SendAsync(gateways.First.Http, secret, $"/v1/chat/completions?id={name}", HttpMethod.Post);
        await using var body = await response.Content.ReadAsStreamAsync();
        var buffer = new byte[half.Length];
        await body.ReadExactlyAsync(buffer);

        using var deleted = await mothra.SendAsync(HttpMethod.Delete, $"/user/keys/{id}");

        using var limit = new CancellationTokenSource(TimeLimit);
        await Assert.ThrowsAnyAsync<IOException>(async () => await body.ReadExactlyAsync(new byte[1], limit.Token));
        await upstream.Aborted.Task.WaitAsync(TimeLimit);
    }

    private static void CheckLastEvent(string? text, string path)
    {
        Assert.NotNull(text);
        if (path == "/v1/responses")
        {
            const string Type = "event: error\n";
            Assert.StartsWith(Type, text, StringComparison.Ordinal);
            text = text[Type.Length..];
        }

        Assert.StartsWith("data: ", text, StringComparison.Ordinal);
        var error = JsonDocument.Parse(text["data: ".Length..]).RootElement;
        OpenAIEnvelope.Check(error.GetProperty("error"), "invalid_request_error", "invalid_api_key");
        if (path == "/v1/responses")
        {
            Assert.Equal(("error", "invalid_api_key"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        }
    }
}
