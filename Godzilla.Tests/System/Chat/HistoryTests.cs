using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Godzilla.Tests.System.Chat;

[Collection(RunningSystem.Name)]
public sealed class HistoryTests(GodzillaApp app)
{
    [Fact]
    public async Task PagesGoBackToTheBeginningAndTheLastSaysSo()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        using var posted = await mothra.Http.PostAsJsonAsync(
            $"/discussion/{discussion}/messages", Enumerable.Range(1, 10).Select(i => new { text = $"message {i}" }));
        posted.EnsureSuccessStatusCode();

        var first = await mothra.ReadAsync(discussion, "?limit=5");
        var second = await mothra.ReadAsync(discussion, $"?limit=5&cursor={first.GetProperty("next_cursor").GetString()}");

        Assert.Equal([10, 9, 8, 7, 6], Seqs(first));
        Assert.Equal([5, 4, 3, 2, 1], Seqs(second));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next_cursor").ValueKind);
        Assert.Equal("message 1", second.GetProperty("messages")[4].GetProperty("text").GetString());
    }

    [Fact]
    public async Task PostingAnswersHowManyAndTheLastOne()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();

        using var response = await mothra.Http.PostAsJsonAsync(
            $"/discussion/{discussion}/messages", new[] { new { text = "one" }, new { text = "two" } });

        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        var history = await mothra.ReadAsync(discussion);
        Assert.Equal(2, answer.GetProperty("inserted_count").GetInt32());
        Assert.Equal(history.GetProperty("messages")[0].GetProperty("id").GetString(), answer.GetProperty("last_message_id").GetString());
    }

    [Fact]
    public async Task WhatIsPostedReachesTheHub()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        await using var hub = await mothra.ConnectAsync();

        using var response = await mothra.Http.PostAsJsonAsync($"/discussion/{discussion}/messages", new[] { new { text = "by post" } });

        response.EnsureSuccessStatusCode();
        await hub.WaitForAsync("message", message => message.GetProperty("text").GetString() == "by post");
    }

    [Fact]
    public async Task TheListOfDiscussionsShowsTheNewestActivityFirst()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var older = await mothra.CreateDiscussionAsync(rodan);
        var newer = await mothra.CreateDiscussionAsync();
        using var response = await rodan.Http.PostAsJsonAsync($"/discussion/{older}/messages", new[] { new { text = "awake" } });
        response.EnsureSuccessStatusCode();

        JsonElement list = default;
        await Eventually.TrueAsync(
            async () =>
            {
                list = await mothra.Http.GetFromJsonAsync<JsonElement>("/discussion");
                return list[0].GetProperty("last_message").ValueKind == JsonValueKind.Object;
            },
            "the newest message is noted");
        var rodans = await rodan.Http.GetFromJsonAsync<JsonElement>("/discussion");

        Assert.Equal([older, newer], list.EnumerateArray().Select(discussion => discussion.GetProperty("id").GetString()));
        Assert.Equal([older], rodans.EnumerateArray().Select(discussion => discussion.GetProperty("id").GetString()));
        Assert.Equal(
            ["id", "users", "title", "created_at", "updated_at", "last_message", "owner", "assistant", "seq", "unread"],
            list[0].EnumerateObject().Select(field => field.Name));
        var last = list[0].GetProperty("last_message");
        Assert.Equal(["message_id", "user_id", "text", "created_at"], last.EnumerateObject().Select(field => field.Name));
        Assert.Equal("awake", last.GetProperty("text").GetString());
        Assert.Equal(rodan.Name, last.GetProperty("user_id").GetString());
        Assert.Equal([1, 0], list.EnumerateArray().Select(discussion => discussion.GetProperty("seq").GetInt64()));
        Assert.Equal(JsonValueKind.Null, list[1].GetProperty("last_message").ValueKind);
    }

    [Fact]
    public async Task AnOutsiderReadsAndWritesNothingAndCannotTellWhatExists()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var ghidorah = await app.SignUpAsync("ghidorah");
        var real = await mothra.CreateDiscussionAsync();
        var answers = new List<string>();

        foreach (var discussion in new[] { real, "0123456789abcdef01234567", "no-id", "000000000000000000000000" })
        {
            using var read = await ghidorah.Http.GetAsync($"/discussion/{discussion}/messages");
            using var write = await ghidorah.Http.PostAsJsonAsync($"/discussion/{discussion}/messages", new[] { new { text = "boo" } });
            using var cursor = await ghidorah.Http.GetAsync($"/discussion/{discussion}/read");
            using var advance = await ghidorah.SendAsync(HttpMethod.Put, $"/discussion/{discussion}/read", new { seq = 0 });
            foreach (var answer in new[] { read, write, cursor, advance })
            {
                answers.Add(await Envelope.AssertAsync(HttpStatusCode.NotFound, answer));
            }
        }

        Assert.Single(answers.Distinct());
        Assert.Empty((await mothra.ReadAsync(real)).GetProperty("messages").EnumerateArray());
    }

    [Fact]
    public async Task WhatWasMissedIsReadPageByPageFromTheOldest()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        await mothra.PostAsync(discussion, "1", "2", "3", "4", "5");

        var (texts, after) = (new List<string?>(), (long?)1);
        while (after is { } seq)
        {
            var page = await mothra.ReadAsync(discussion, $"?after_seq={seq}&limit=2");
            texts.Add(string.Join(' ', page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("text").GetString())));
            Assert.Equal(JsonValueKind.Null, page.GetProperty("next_cursor").ValueKind);
            after = page.GetProperty("next_after_seq") is { ValueKind: JsonValueKind.Number } next ? next.GetInt64() : null;
        }

        Assert.Equal(["2 3", "4 5"], texts);
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=101")]
    [InlineData("?limit=-1")]
    [InlineData("?limit=many")]
    [InlineData("?cursor=no-id")]
    [InlineData("?after_seq=-1")]
    [InlineData("?after_seq=x")]
    [InlineData("?after_seq=0&cursor=0123456789abcdef01234567")]
    [InlineData("?cursor=0123456789abcdef01234567")]
    public async Task AQueryThatMakesNoSenseIsABadRequest(string query)
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();

        using var response = await mothra.Http.GetAsync($"/discussion/{discussion}/messages{query}");

        await Envelope.AssertAsync(HttpStatusCode.BadRequest, response);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[null]")]
    [InlineData("[{}]")]
    [InlineData("""[{"text":""}]""")]
    [InlineData("""[{"text":7}]""")]
    [InlineData("""[{"text":"\ud800"}]""")]
    [InlineData("""{"text":"not in a list"}""")]
    [InlineData("null")]
    [InlineData("[")]
    public async Task MessagesThatAreNoneAreABadRequestAndNothingIsStored(string body)
    {
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await mothra.Http.PostAsync($"/discussion/{discussion}/messages", content);

        await Envelope.AssertAsync(HttpStatusCode.BadRequest, response);
        Assert.Empty((await mothra.ReadAsync(discussion)).GetProperty("messages").EnumerateArray());
    }

    private static long[] Seqs(JsonElement page) =>
        [.. page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("seq").GetInt64())];
}
