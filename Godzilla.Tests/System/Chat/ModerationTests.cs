using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Godzilla.Tests.System.Accounts;

namespace Godzilla.Tests.System.Chat;

/// <summary>Operators delete messages and ban from the lobby, over two replicas of Chat.</summary>
[Collection(ReplicatedSystem.Name)]
public sealed class ModerationTests(ReplicatedApp app)
{
    private const string Banned = "You are banned from the lobby";

    [Fact]
    public async Task AnOperatorDeletesAnybodysMessage()
    {
        using var admin = await app.SignUpAdminAsync();
        using var mothra = await app.SignUpAsync("mothra");
        var discussion = await mothra.CreateDiscussionAsync();
        await using var hub = await mothra.ConnectAsync();
        await mothra.PostAsync(discussion, "unspeakable");
        var id = (await hub.WaitForAsync("message", message => message.GetProperty("discussion_id").GetString() == discussion)).GetProperty("id").GetString();

        using var deleted = await admin.SendAsync(HttpMethod.Delete, $"/admin/discussions/{discussion}/messages/{id}");
        Assert.True((await deleted.ReadAsync()).GetProperty("deleted").GetBoolean());
        await hub.WaitForAsync("message_deleted", message => message.GetProperty("id").GetString() == id);
        Assert.Equal("", (await mothra.ReadAsync(discussion)).GetProperty("messages")[0].GetProperty("text").GetString());

        using var again = await admin.SendAsync(HttpMethod.Delete, $"/admin/discussions/{discussion}/messages/{id}");
        Assert.Equal("There is no such message", await Envelope.AssertAsync(HttpStatusCode.NotFound, again));
    }

    [Fact]
    public async Task WhoIsBannedFromTheLobbyIsOutOfItOnEveryReplicaAndConnectionUntilTheyMayComeBack()
    {
        using var admin = await app.SignUpAdminAsync();
        using var hedorah = await app.SignUpAsync("hedorah");
        using var mothra = await app.SignUpAsync("mothra");
        await using var first = await hedorah.ConnectAsync();
        await using var second = await hedorah.ConnectAsync();
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, hedorah.Token);

        using var banned = await admin.SendAsync(HttpMethod.Put, $"/admin/lobby/bans/{hedorah.Name}");
        Assert.Equal((hedorah.Name, admin.Name), ((await banned.ReadAsync()).GetProperty("username").GetString(), (await admin.Http.GetFromJsonAsync<JsonElement>("/admin/lobby/bans")).GetProperty("bans").EnumerateArray().Single(ban => ban.GetProperty("username").GetString() == hedorah.Name).GetProperty("by").GetString()));
        foreach (var hub in new[] { first, second })
        {
            await Eventually.TrueAsync(async () => await IsBannedAsync(hub), "the ban is known on each replica");
            Assert.Equal(Banned, await hub.ErrorOfAsync("Join", "lobby", null, null));
            Assert.Equal(Banned, await hub.ErrorOfAsync("SetTyping", "lobby", true));
        }

        var refusal = (await socket.AskAsync("message", new { text = "let me in" })).GetProperty("error");
        Assert.Equal((403, Banned), (refusal.GetProperty("code").GetInt32(), refusal.GetProperty("message").GetString()));
        Assert.Equal(Banned, (await socket.AskAsync("typing", new { isTyping = true })).GetProperty("error").GetProperty("message").GetString());
        for (var i = 0; i < 2; i++)
        {
            foreach (var path in new[] { "messages", "read" })
            {
                using var read = await hedorah.Http.GetAsync($"/discussion/lobby/{path}");
                Assert.Equal(Banned, await Envelope.AssertAsync(HttpStatusCode.Forbidden, read));
            }
        }

        // What they hear elsewhere shows that they have not heard what was said before it.
        var unheard = $"unheard {Guid.NewGuid()}";
        await mothra.PostAsync("lobby", unheard);
        await mothra.PostAsync(await mothra.CreateDiscussionAsync(hedorah), "heard");
        await using var late = await hedorah.ConnectAsync();
        foreach (var hub in new[] { first, second })
        {
            await hub.WaitForAsync("message", message => message.GetProperty("text").GetString() == "heard");
            Assert.DoesNotContain(hub.Events("message"), message => message.GetProperty("text").GetString() == unheard);
        }

        using var unbanned = await admin.SendAsync(HttpMethod.Delete, $"/admin/lobby/bans/{hedorah.Name}");
        Assert.Equal(HttpStatusCode.OK, unbanned.StatusCode);
        foreach (var hub in new[] { first, second, late })
        {
            var before = hub.Events("message").Count(IsInLobby);
            await Eventually.TrueAsync(async () => !await IsBannedAsync(hub) && hub.Events("message").Count(IsInLobby) > before, "they may come back, and hear what is said");
        }
    }

    [Theory]
    [InlineData("DELETE", "/admin/discussions/lobby/messages/0123456789abcdef01234567")]
    [InlineData("GET", "/admin/lobby/bans")]
    [InlineData("PUT", "/admin/lobby/bans/mothra")]
    [InlineData("DELETE", "/admin/lobby/bans/mothra")]
    public async Task NobodyElseDoes(string method, string path)
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var gateway = app.CreateClient();
        using var user = await mothra.SendAsync(new HttpMethod(method), path);
        using var nobody = await gateway.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        await Envelope.AssertAsync(HttpStatusCode.Forbidden, user);
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, nobody);
    }

    [Theory]
    [InlineData("PUT", "/admin/lobby/bans/nobody-at-all", "There is no user nobody-at-all")]
    [InlineData("DELETE", "/admin/lobby/bans/nobody-at-all", "nobody-at-all is not banned")]
    [InlineData("DELETE", "/admin/discussions/none/messages/0123456789abcdef01234567", "There is no such message")]
    [InlineData("DELETE", "/admin/discussions/lobby/messages/none", "There is no such message")]
    public async Task WhatDoesNotExistIsNotFound(string method, string path, string message)
    {
        using var admin = await app.SignUpAdminAsync();
        using var refused = await admin.SendAsync(new HttpMethod(method), path);
        Assert.Equal(message, await Envelope.AssertAsync(HttpStatusCode.NotFound, refused));
    }

    private static bool IsInLobby(JsonElement message) => message.GetProperty("discussion_id").GetString() == "lobby";

    private static async Task<bool> IsBannedAsync(HubClient hub)
    {
        try
        {
            await hub.InvokeAsync("Send", "lobby", "may I?", null);
            return false;
        }
        catch (Microsoft.AspNetCore.SignalR.HubException)
        {
            return true;
        }
    }
}
