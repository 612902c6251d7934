using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests.System.Chat;

[Collection(RunningSystem.Name)]
public sealed class ConversationTests(GodzillaApp app)
{
    [Fact]
    public async Task TwoPeopleTalk()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();

        var receipt = await mothraHub.InvokeAsync("Send", discussion, "Hello Rodan", "m1");
        var answer = await rodanHub.InvokeAsync("Send", discussion, "Hello Mothra", "r1");

        Assert.Equal(1, receipt.GetProperty("seq").GetInt64());
        Assert.Equal(2, answer.GetProperty("seq").GetInt64());
        foreach (var hub in new[] { mothraHub, rodanHub })
        {
            var hello = await hub.WaitForAsync("message", Says("Hello Rodan"));
            Assert.Equal(
                ["id", "discussion_id", "user_id", "text", "seq", "created_at", "edited_at", "deleted", "rev"], hello.EnumerateObject().Select(field => field.Name));
            Assert.Equal(receipt.GetProperty("id").GetString(), hello.GetProperty("id").GetString());
            Assert.Equal(receipt.GetProperty("created_at").GetDateTimeOffset(), hello.GetProperty("created_at").GetDateTimeOffset());
            Assert.Equal(discussion, hello.GetProperty("discussion_id").GetString());
            Assert.Equal(mothra.Name, hello.GetProperty("user_id").GetString());
            await hub.WaitForAsync("message", Says("Hello Mothra"));
            Assert.Equal([1, 2], Seqs(hub, discussion));
        }
    }

    [Fact]
    public async Task ManyMessagesAtOnceArriveInOrderAndOnce()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();

        var receipts = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            (i % 2 == 0 ? mothraHub : rodanHub).InvokeAsync("Send", discussion, $"message {i}", $"c{i}")));

        var expected = Enumerable.Range(1, 100).Select(seq => (long)seq).ToArray();
        Assert.Equal(expected, receipts.Select(receipt => receipt.GetProperty("seq").GetInt64()).Order());
        foreach (var hub in new[] { mothraHub, rodanHub })
        {
            await hub.WaitForAsync("message", message => message.GetProperty("discussion_id").GetString() == discussion
                && message.GetProperty("seq").GetInt64() == 100);
            Assert.Equal(expected, Seqs(hub, discussion));
        }
    }

    [Fact]
    public async Task WhoSendsTooQuicklyIsWarnedAndThenRefused()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        await using var hub = await mothra.ConnectAsync();
        var many = Enumerable.Range(0, 100).Select(i => new { text = $"{i}" }).ToArray();
        HttpResponseMessage? refused = null;
        string? error = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var answer = await mothra.Http.PostAsJsonAsync($"/discussion/{discussion}/messages", many);
                refused = answer.IsSuccessStatusCode ? refused : answer;
                error = (await Record.ExceptionAsync(() => hub.InvokeAsync("Send", discussion, "by hub", null)))?.Message ?? error;
                return refused is not null && error is not null;
            },
            "both ways are refused");

        Assert.Equal("Too many messages", await Envelope.AssertAsync(HttpStatusCode.TooManyRequests, refused!));
        Assert.InRange(refused!.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.Matches("Too many messages: try again in [1-5] s$", error);
        await hub.WaitForAsync("warning", warning => warning.GetProperty("message").GetString()!.Length > 0);
    }

    [Theory]
    [InlineData(4001)]
    [InlineData(60_000)]
    [InlineData(100_000)]
    public async Task ATextThatIsTooLongIsAnErrorThatSaysTheLimitAndTheConnectionStays(int length)
    {
        using var mothra = await app.SignUpAsync("mothra");
        await using var hub = await mothra.ConnectAsync();

        Assert.Equal("text must be 1 to 4000 characters", await hub.ErrorOfAsync("Send", "lobby", new string('x', length), null));
        Assert.True((await hub.InvokeAsync("Send", "lobby", "short", null)).GetProperty("seq").GetInt64() > 0);
    }

    [Fact]
    public async Task TheSameClientIdIsTheSameMessage()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        await using var hub = await mothra.ConnectAsync();

        var first = await hub.InvokeAsync("Send", discussion, "once", "same");
        var again = await hub.InvokeAsync("Send", discussion, "once", "same");
        var next = await hub.InvokeAsync("Send", discussion, "twice", "other");

        Assert.Equal(first.GetRawText(), again.GetRawText());
        Assert.Equal(2, next.GetProperty("seq").GetInt64());
        await hub.WaitForAsync("message", Says("twice"));
        Assert.Equal([1, 2], Seqs(hub, discussion));
    }

    [Fact]
    public async Task EverybodyIsInTheLobby()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();
        var text = $"anybody? {Guid.NewGuid()}";

        await mothraHub.InvokeAsync("Send", "lobby", text, null);

        var message = await rodanHub.WaitForAsync("message", Says(text));
        Assert.Equal("lobby", message.GetProperty("discussion_id").GetString());
    }

    [Fact]
    public async Task ADiscussionReachesThoseWhoAreConnectedWhenItIsCreated()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        await using var rodanHub = await rodan.ConnectAsync();
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();

        await mothraHub.InvokeAsync("Send", discussion, "welcome in", null);

        await rodanHub.WaitForAsync("message", Says("welcome in"));
    }

    [Fact]
    public async Task AnOutsiderHearsAndSaysNothing()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var ghidorah = await app.SignUpAsync("ghidorah");
        var discussion = await mothra.CreateDiscussionAsync();
        await using var mothraHub = await mothra.ConnectAsync();
        await using var ghidorahHub = await ghidorah.ConnectAsync();

        Assert.Equal("Discussion not found", await ghidorahHub.ErrorOfAsync("Send", discussion, "let me in", null));
        Assert.Equal("Discussion not found", await ghidorahHub.ErrorOfAsync("SetTyping", discussion, true));
        await mothraHub.InvokeAsync("Send", discussion, "secret", null);
        await mothraHub.InvokeAsync("Send", "lobby", $"after the secret {discussion}", null);

        await ghidorahHub.WaitForAsync("message", Says($"after the secret {discussion}"));
        Assert.DoesNotContain(ghidorahHub.Events("message"), message => Says("secret")(message));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task AnEmptyTextIsRefused(string? text)
    {
        using var mothra = await app.SignUpAsync("mothra");
        await using var hub = await mothra.ConnectAsync();

        Assert.Equal("text must be 1 to 4000 characters", await hub.ErrorOfAsync("Send", "lobby", text, null));
    }

    [Fact]
    public async Task TheLimitOfATextIsFourThousandCharacters()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        await using var hub = await mothra.ConnectAsync();
        var longest = new string('\u6015', 4000);

        await hub.InvokeAsync("Send", discussion, longest, null);
        var error = await hub.ErrorOfAsync("Send", discussion, longest + "!", null);

        Assert.Equal("text must be 1 to 4000 characters", error);
        await hub.WaitForAsync("message", Says(longest));
    }

    [Fact]
    public async Task AnUnknownMethodAndWrongTypesAreErrorsAndTheConnectionLives()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        await using var hub = await mothra.ConnectAsync();

        Assert.Equal("Failed to invoke 'DropTables' due to an error on the server. HubException: Method does not exist.", await hub.ErrorOfAsync("DropTables"));
        foreach (var (method, arguments) in new (string, object?[])[] { ("Send", [discussion]), ("Send", [new { a = 1 }, 7, true]), ("SetTyping", [discussion, "perhaps"]) })
        {
            Assert.Equal($"Failed to invoke '{method}' due to an error on the server.", await hub.ErrorOfAsync(method, arguments));
        }

        var receipt = await hub.InvokeAsync("Send", discussion, "still here", null);

        Assert.Equal(1, receipt.GetProperty("seq").GetInt64());
    }

    [Fact]
    public async Task WithoutASessionTheHubIsClosed()
    {
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => HubClient.ConnectAsync(app.Gateway, token: ""));

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    private static Func<JsonElement, bool> Says(string text) => message => message.GetProperty("text").GetString() == text;

    private static long[] Seqs(HubClient hub, string discussion) =>
    [
        .. hub.Events("message")
            .Where(message => message.GetProperty("discussion_id").GetString() == discussion)
            .Select(message => message.GetProperty("seq").GetInt64()),
    ];
}
