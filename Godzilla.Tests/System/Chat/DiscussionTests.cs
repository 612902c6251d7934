using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests.System.Chat;

/// <summary>What members do with discussions, over two replicas of Chat.</summary>
[Collection(ReplicatedSystem.Name)]
public sealed class DiscussionTests(ReplicatedApp app)
{
    [Fact]
    public async Task WhoIsInvitedSeesTheHistoryAndHearsWhatComesAndWhoLeavesHearsNothingMore()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        await using var hubs = new Hubs(await rodan.ConnectAsync(), await rodan.ConnectAsync());
        var discussion = await mothra.CreateDiscussionAsync();
        await mothra.PostAsync(discussion, "before");

        var invited = await SendAsync(mothra, HttpMethod.Post, $"/discussion/{discussion}/members", new { users = new[] { rodan.Name } });
        Assert.Equal([mothra.Name, rodan.Name], Names(invited.GetProperty("users")));
        foreach (var hub in hubs.All)
        {
            var told = await hub.WaitForAsync("discussion", change => IdOf(change) == discussion);
            Assert.Equal([mothra.Name, rodan.Name], Names(told.GetProperty("users")));
        }

        await mothra.PostAsync(discussion, "after");
        foreach (var hub in hubs.All)
        {
            await hub.WaitForAsync("message", message => message.GetProperty("text").GetString() == "after");
        }

        Assert.Equal(2, (await rodan.ReadAsync(discussion)).GetProperty("messages").GetArrayLength());
        using var left = await rodan.SendAsync(HttpMethod.Delete, $"/discussion/{discussion}/members/{rodan.Name}");
        Assert.Equal(HttpStatusCode.OK, left.StatusCode);
        foreach (var hub in hubs.All)
        {
            await hub.WaitForAsync("discussion", change => IdOf(change) == discussion && change.GetProperty("users").GetArrayLength() == 1);
            Assert.Equal("Discussion not found", await hub.ErrorOfAsync("Send", discussion, "still here?", null));
        }

        // A message that they hear shows that they have not heard the one before it.
        await mothra.PostAsync(discussion, "alone");
        await mothra.PostAsync("lobby", discussion);
        foreach (var hub in hubs.All)
        {
            await hub.WaitForAsync("message", message => message.GetProperty("text").GetString() == discussion);
            Assert.DoesNotContain(hub.Events("message"), message => message.GetProperty("text").GetString() == "alone");
        }

        using var outside = await rodan.Http.GetAsync($"/discussion/{discussion}");
        Assert.Equal("Discussion not found", await Envelope.AssertAsync(HttpStatusCode.NotFound, outside));
    }

    [Fact]
    public async Task AConnectionThatLeftStaysOutUntilItJoinsWhateverHappensToTheDiscussion()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var hub = await rodan.ConnectAsync();
        await hub.WaitForAsync("welcome", _ => true);
        await hub.InvokeAsync("Leave", discussion);
        await SendAsync(mothra, HttpMethod.Patch, $"/discussion/{discussion}", new { title = "renamed" });
        await mothra.PostAsync(discussion, "unheard");

        // A message that it hears shows that it has not heard the one before it.
        await mothra.PostAsync("lobby", discussion);
        await hub.WaitForAsync("message", message => message.GetProperty("text").GetString() == discussion);
        Assert.DoesNotContain(hub.Events("message"), message => message.GetProperty("text").GetString() == "unheard");

        await hub.InvokeAsync("Join", discussion, 0, null);
        await hub.WaitForAsync("message", message => message.GetProperty("text").GetString() == "unheard");
    }

    [Fact]
    public async Task OnlyTheOwnerRenamesRemovesAndDeletesAndTheLongestMemberIsNext()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var gamera = await app.SignUpAsync("gamera");
        var discussion = await mothra.CreateDiscussionAsync(rodan, gamera);
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Patch, "", new { title = "mine" }), (HttpMethod.Delete, "", null), (HttpMethod.Delete, $"/members/{gamera.Name}", null),
        })
        {
            using var refused = await rodan.SendAsync(method, $"/discussion/{discussion}{path}", body);
            Assert.Equal("Only its owner can do that", await Envelope.AssertAsync(HttpStatusCode.Forbidden, refused));
        }

        Assert.Equal("Infant Island", (await SendAsync(mothra, HttpMethod.Patch, $"/discussion/{discussion}", new { title = "Infant Island" })).GetProperty("title").GetString());
        Assert.Equal(JsonValueKind.Null, (await SendAsync(mothra, HttpMethod.Patch, $"/discussion/{discussion}", new { title = " " })).GetProperty("title").ValueKind);
        using var left = await mothra.SendAsync(HttpMethod.Delete, $"/discussion/{discussion}/members/{mothra.Name}");
        Assert.Equal(rodan.Name, (await rodan.Http.GetFromJsonAsync<JsonElement>($"/discussion/{discussion}")).GetProperty("owner").GetString());
        using var removed = await rodan.SendAsync(HttpMethod.Delete, $"/discussion/{discussion}/members/{gamera.Name}");
        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
        await rodan.PostAsync(discussion, "last words");

        await using var hub = await rodan.ConnectAsync();
        using var deleted = await rodan.SendAsync(HttpMethod.Delete, $"/discussion/{discussion}");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        Assert.True((await hub.WaitForAsync("discussion", change => IdOf(change) == discussion)).GetProperty("deleted").GetBoolean());
        foreach (var person in new[] { mothra, rodan, gamera })
        {
            using var gone = await person.Http.GetAsync($"/discussion/{discussion}/messages");
            await Envelope.AssertAsync(HttpStatusCode.NotFound, gone);
        }
    }

    [Fact]
    public async Task TheListComesInPagesAndMissesNone()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var expected = new List<string?>();
        for (var i = 0; i < 5; i++)
        {
            expected.Insert(0, await mothra.CreateDiscussionAsync());
        }

        var (found, next) = (new List<string?>(), "/discussion?limit=2");
        while (next is not null)
        {
            using var page = await mothra.Http.GetAsync(next);
            found.AddRange((await page.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray().Select(IdOf));
            next = page.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
        }

        Assert.Equal(expected, found);
    }

    [Fact]
    public async Task WhatIsUnreadIsCountedUntilItIsRead()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await mothra.PostAsync(discussion, "one", "two", "three");

        await Eventually.TrueAsync(async () => await UnreadAsync(rodan) == 3, "three are unread");
        Assert.Equal(0, await UnreadAsync(mothra));
        using var read = await rodan.SendAsync(HttpMethod.Put, $"/discussion/{discussion}/read", new { seq = 2 });
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(1, await UnreadAsync(rodan));

        // None moves back.
        using var back = await rodan.SendAsync(HttpMethod.Put, $"/discussion/{discussion}/read", new { seq = 1 });
        Assert.Equal(1, await UnreadAsync(rodan));

        // Nor past the end.
        var clamped = await SendAsync(rodan, HttpMethod.Put, $"/discussion/{discussion}/read", new { seq = 1000 });
        Assert.Equal(3, clamped.GetProperty("seq").GetInt64());
        await mothra.PostAsync(discussion, "four");
        await Eventually.TrueAsync(async () => await UnreadAsync(rodan) == 1, "the new one is unread");

        async Task<long> UnreadAsync(Person person) =>
            (await person.Http.GetFromJsonAsync<JsonElement>($"/discussion/{discussion}")).GetProperty("unread").GetInt64();
    }

    [Fact]
    public async Task HowFarSomebodyHasReadTheLobbyIsKept()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        Assert.Equal(0, await ReadUpToAsync(mothra));

        await mothra.PostAsync("lobby", "one");
        await Eventually.TrueAsync(async () => await ReadUpToAsync(mothra) > 0, "what somebody sends they have read");
        var own = await ReadUpToAsync(mothra);
        Assert.Equal(0, await ReadUpToAsync(rodan));

        var newest = (await SendAsync(mothra, HttpMethod.Put, "/discussion/lobby/read", new { seq = long.MaxValue })).GetProperty("seq").GetInt64();
        Assert.True(newest >= own, $"{newest} of {own}");
        using var back = await mothra.SendAsync(HttpMethod.Put, "/discussion/lobby/read", new { seq = 1 });
        Assert.Equal(newest, await ReadUpToAsync(mothra));

        static async Task<long> ReadUpToAsync(Person person) =>
            (await person.Http.GetFromJsonAsync<JsonElement>("/discussion/lobby/read")).GetProperty("seq").GetInt64();
    }

    [Fact]
    public async Task AnAuthorEditsAndDeletesAndNobodyElseDoes()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var hub = await rodan.ConnectAsync();
        await mothra.PostAsync(discussion, "frist", "second");
        var ids = (await mothra.ReadAsync(discussion)).GetProperty("messages").EnumerateArray().Select(IdOf).Reverse().ToArray();

        foreach (var (person, id) in new[] { (rodan, ids[0]), (mothra, "0123456789abcdef01234567"), (mothra, "no-id") })
        {
            using var refused = await person.SendAsync(HttpMethod.Patch, $"/discussion/{discussion}/messages/{id}", new { text = "changed" });
            Assert.Equal("You have no such message", await Envelope.AssertAsync(HttpStatusCode.NotFound, refused));
        }

        var edited = await SendAsync(mothra, HttpMethod.Patch, $"/discussion/{discussion}/messages/{ids[0]}", new { text = "first" });
        Assert.Equal(("first", 1), (edited.GetProperty("text").GetString(), edited.GetProperty("rev").GetInt64()));
        await hub.WaitForAsync("message_edited", message => IdOf(message) == ids[0] && message.GetProperty("text").GetString() == "first");

        await using var mothraHub = await mothra.ConnectAsync();
        Assert.True((await mothraHub.InvokeAsync("Delete", discussion, ids[1])).GetProperty("deleted").GetBoolean());
        Assert.Equal("You have no such message", await mothraHub.ErrorOfAsync("Edit", discussion, ids[1], "again"));
        Assert.Equal("text must not be blank", await mothraHub.ErrorOfAsync("Edit", discussion, ids[0], " "));
        var gone = await hub.WaitForAsync("message_deleted", message => IdOf(message) == ids[1]);
        Assert.Equal(("", 2), (gone.GetProperty("text").GetString(), gone.GetProperty("rev").GetInt64()));
        await Eventually.TrueAsync(
            async () => (await rodan.Http.GetFromJsonAsync<JsonElement>($"/discussion/{discussion}")).GetProperty("last_message") is
            { ValueKind: JsonValueKind.Object } last && last.GetProperty("text").GetString() == "",
            "the list shows no deleted text");

        var changes = (await rodan.ReadAsync(discussion, "?after_rev=1")).GetProperty("messages").EnumerateArray();
        Assert.Equal([ids[1]], changes.Select(IdOf));
    }

    [Theory]
    [InlineData("GET", "/discussion?limit=0", null)]
    [InlineData("GET", "/discussion?cursor=none", null)]
    [InlineData("PATCH", "/discussion/{0}", """{"title":7}""")]
    [InlineData("PATCH", "/discussion/{0}", "{}")]
    [InlineData("PATCH", "/discussion/{0}", """{"title":"T\u009b2J"}""")]
    [InlineData("POST", "/discussion/{0}/messages", """[{"text":"x","client_id":"half \ud83d"}]""")]
    [InlineData("POST", "/discussion/{0}/messages", """[{"text":"x","client_id":"\u0000"}]""")]
    [InlineData("POST", "/discussion/{0}/members", "{}")]
    [InlineData("POST", "/discussion/{0}/members", """{"users":["no name"]}""")]
    [InlineData("PUT", "/discussion/{0}/read", "{}")]
    [InlineData("PUT", "/discussion/{0}/read", """{"seq":-1}""")]
    public async Task WhatMakesNoSenseIsABadRequest(string method, string path, string? body)
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{0}", await mothra.CreateDiscussionAsync(), StringComparison.Ordinal));
        request.Content = body is null ? null : new StringContent(body, mediaType: new("application/json"));

        using var response = await mothra.Http.SendAsync(request);

        await Envelope.AssertAsync(HttpStatusCode.BadRequest, response);
    }

    private static async Task<JsonElement> SendAsync(Person person, HttpMethod method, string path, object body)
    {
        using var response = await person.SendAsync(method, path, body);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static string? IdOf(JsonElement discussion) => discussion.GetProperty("id").GetString();

    private static IEnumerable<string?> Names(JsonElement users) => users.EnumerateArray().Select(user => user.GetString());

    private sealed class Hubs(params HubClient[] all) : IAsyncDisposable
    {
        public IReadOnlyList<HubClient> All => all;

        public async ValueTask DisposeAsync()
        {
            foreach (var hub in all)
            {
                await hub.DisposeAsync();
            }
        }
    }
}
