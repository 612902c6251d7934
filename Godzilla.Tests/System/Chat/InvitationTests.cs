using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Godzilla.Tests.System.Accounts;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Tests.System.Chat;

/// <summary>Who can be brought into a discussion, and who cannot; over two replicas of Chat and of Accounts.</summary>
[Collection(ReplicatedSystem.Name)]
public sealed class InvitationTests(ReplicatedApp app)
{
    [Fact]
    public async Task OnlyThoseCanBeInvitedWhoExistAndTheirNamesInAnyCaseAreTheirs()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");

        using var unknown = await mothra.SendAsync(HttpMethod.Post, "/discussion", new { users = new[] { rodan.Name, "nobody-at-all" } });
        Assert.Equal("There is no user nobody-at-all", await Envelope.AssertAsync(HttpStatusCode.NotFound, unknown));

        using var created = await mothra.SendAsync(
            HttpMethod.Post, "/discussion", new { users = new[] { rodan.Name.ToUpperInvariant(), rodan.Name, mothra.Name.ToUpperInvariant() } });
        var discussion = await created.ReadAsync();
        Assert.Equal([mothra.Name, rodan.Name], Names(discussion));

        var path = $"/discussion/{discussion.GetProperty("id").GetString()}/members";
        using var stranger = await mothra.SendAsync(HttpMethod.Post, path, new { users = new[] { "nobody-at-all" } });
        await Envelope.AssertAsync(HttpStatusCode.NotFound, stranger);
        using var again = await mothra.SendAsync(HttpMethod.Post, path, new { users = new[] { rodan.Name.ToUpperInvariant() } });
        Assert.Equal([mothra.Name, rodan.Name], Names(await again.ReadAsync()));
    }

    [Fact]
    public async Task WhoIsBlockedInvitesNobodyAndIsLeftAlone()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var hedorah = await app.SignUpAsync("hedorah");
        using var rodan = await app.SignUpAsync("rodan");
        var direct = await hedorah.CreateDiscussionAsync(mothra);
        var group = await hedorah.CreateDiscussionAsync(mothra, rodan);
        await using var hub = await mothra.ConnectAsync();

        using var blocked = await mothra.SendAsync(HttpMethod.Put, $"/blocks/users/{hedorah.Name.ToUpperInvariant()}");
        Assert.Equal(HttpStatusCode.OK, blocked.StatusCode);
        Assert.Equal(
            $$"""{"users":["{{hedorah.Name}}"],"discussions":[]}""", (await mothra.Http.GetFromJsonAsync<JsonElement>("/blocks")).GetRawText());

        // The discussion of the two is left, that of more is not.
        await hub.WaitForAsync("discussion", change => change.GetProperty("id").GetString() == direct && Names(change).Length == 1);
        using var outside = await mothra.Http.GetAsync($"/discussion/{direct}");
        await Envelope.AssertAsync(HttpStatusCode.NotFound, outside);
        using var inside = await mothra.Http.GetAsync($"/discussion/{group}");
        Assert.Equal(HttpStatusCode.OK, inside.StatusCode);

        foreach (var path in new[] { "/discussion", $"/discussion/{direct}/members" })
        {
            using var refused = await hedorah.SendAsync(HttpMethod.Post, path, new { users = new[] { mothra.Name } });
            Assert.Equal($"{mothra.Name} cannot be invited", await Envelope.AssertAsync(HttpStatusCode.Forbidden, refused));
        }

        // Others invite as before, and so does who has blocked.
        await rodan.CreateDiscussionAsync(mothra, hedorah);
        await mothra.CreateDiscussionAsync(hedorah);

        using var unblocked = await mothra.SendAsync(HttpMethod.Delete, $"/blocks/users/{hedorah.Name}");
        Assert.Equal(HttpStatusCode.OK, unblocked.StatusCode);
        using var back = await hedorah.SendAsync(HttpMethod.Post, $"/discussion/{direct}/members", new { users = new[] { mothra.Name } });
        Assert.Equal([hedorah.Name, mothra.Name], Names(await back.ReadAsync()));
    }

    [Fact]
    public async Task WhoStaysOutOfADiscussionCannotBeBroughtBackUntilTheyLet()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var gamera = await app.SignUpAsync("gamera");
        var discussion = await mothra.CreateDiscussionAsync(rodan, gamera);

        using var stays = await rodan.SendAsync(HttpMethod.Put, $"/blocks/discussions/{discussion}");
        Assert.Equal(HttpStatusCode.OK, stays.StatusCode);
        foreach (var inviter in new[] { mothra, gamera })
        {
            using var refused = await inviter.SendAsync(HttpMethod.Post, $"/discussion/{discussion}/members", new { users = new[] { rodan.Name } });
            Assert.Equal($"{rodan.Name} cannot be invited", await Envelope.AssertAsync(HttpStatusCode.Forbidden, refused));
        }

        Assert.Equal(
            [discussion],
            (await rodan.Http.GetFromJsonAsync<JsonElement>("/blocks")).GetProperty("discussions").EnumerateArray().Select(id => id.GetString()));
        using var lets = await rodan.SendAsync(HttpMethod.Delete, $"/blocks/discussions/{discussion}");
        using var invited = await mothra.SendAsync(HttpMethod.Post, $"/discussion/{discussion}/members", new { users = new[] { rodan.Name } });
        Assert.Equal([mothra.Name, gamera.Name, rodan.Name], Names(await invited.ReadAsync()));
    }

    [Theory]
    [InlineData("PUT", "users/nobody-at-all", HttpStatusCode.NotFound)]
    [InlineData("PUT", "users/no%20name", HttpStatusCode.NotFound)]
    [InlineData("PUT", "users/{0}", HttpStatusCode.Conflict)]
    [InlineData("DELETE", "users/nobody-at-all", HttpStatusCode.NotFound)]
    [InlineData("PUT", "discussions/0123456789abcdef01234567", HttpStatusCode.NotFound)]
    [InlineData("PUT", "discussions/lobby", HttpStatusCode.NotFound)]
    [InlineData("PUT", "discussions/none", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "discussions/0123456789abcdef01234567", HttpStatusCode.NotFound)]
    [InlineData("PUT", "lobbies/none", HttpStatusCode.NotFound)]
    public async Task WhatCannotBeBlockedIsAClearError(string method, string path, HttpStatusCode expected)
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var refused = await mothra.SendAsync(new HttpMethod(method), $"/blocks/{path.Replace("{0}", mothra.Name, StringComparison.Ordinal)}");
        await Envelope.AssertAsync(expected, refused);
    }

    [Fact]
    public async Task ADeletedAccountLeavesAllDiscussionsAndOneThatIsEmptyGoesWithIt()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var shared = await mothra.CreateDiscussionAsync(rodan);
        var alone = await mothra.CreateDiscussionAsync();
        await mothra.PostAsync(alone, "to myself");
        await mothra.PostAsync(shared, "before I go");
        await using var hub = await rodan.ConnectAsync();

        using var deleted = await mothra.SendAsync(HttpMethod.Delete, "/user/me", new { password = mothra.Password });
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);

        await hub.WaitForAsync("discussion", change => change.GetProperty("id").GetString() == shared && Names(change) is [var one] && one == rodan.Name);
        Assert.Equal(rodan.Name, (await rodan.Http.GetFromJsonAsync<JsonElement>($"/discussion/{shared}")).GetProperty("owner").GetString());
        Assert.Equal("before I go", (await rodan.ReadAsync(shared)).GetProperty("messages")[0].GetProperty("text").GetString());
        using var invited = await rodan.SendAsync(HttpMethod.Post, $"/discussion/{shared}/members", new { users = new[] { mothra.Name } });
        await Envelope.AssertAsync(HttpStatusCode.NotFound, invited);

        // Nobody can see that one any more, but the store.
        var url = new MongoUrl(await app.App.GetConnectionStringAsync("chatdb"));
        using var client = new MongoClient(url);
        var database = client.GetDatabase(url.DatabaseName);
        await Eventually.TrueAsync(
            async () => await database.GetCollection<BsonDocument>("discussions").CountDocumentsAsync(new BsonDocument("_id", ObjectId.Parse(alone))) == 0
                && await database.GetCollection<BsonDocument>("messages").CountDocumentsAsync(new BsonDocument("discussion_id", ObjectId.Parse(alone))) == 0,
            "what nobody is in is deleted");
    }

    [Fact]
    public async Task AccountsTellsServicesAloneWhoExists()
    {
        foreach (var replica in app.ReplicasOf("accounts"))
        {
            using var forSomebody = new HttpClient(new SigningHandler("gateway", "accounts", "mothra", address: "127.0.0.1"));
            using var forNobody = new HttpClient(new SigningHandler("gateway", "accounts", address: "127.0.0.1"));
            using var chat = new HttpClient(new SigningHandler("chat", "accounts"));
            var path = new Uri(replica, "/directory/users/mothra/roles");
            foreach (var client in new[] { forSomebody, forNobody })
            {
                using var refused = await client.GetAsync(path);
                await Envelope.AssertAsync(HttpStatusCode.Forbidden, refused);
            }

            Assert.Equal("""{"roles":[]}""", await chat.GetStringAsync(path));
        }
    }

    private static string[] Names(JsonElement discussion) => [.. discussion.GetProperty("users").EnumerateArray().Select(name => name.GetString()!)];
}
