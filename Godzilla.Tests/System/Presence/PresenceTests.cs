using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests.System.Presence;

[Collection(RunningSystem.Name)]
public sealed class PresenceTests(GodzillaApp app)
{
    [Fact]
    public async Task PeopleSeeWhoComesAndGoes()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        await using var mothraHub = await mothra.ConnectAsync();
        await mothraHub.WaitForAsync("presence", Online(mothra));

        int seen;
        await using (await rodan.ConnectAsync())
        {
            await mothraHub.WaitForAsync("presence", Online(mothra, rodan));
            Assert.Contains(rodan.Name, await OnlineAsync(mothra));
            seen = mothraHub.Events("presence").Count;
        }

        await Eventually.TrueAsync(
            () => Task.FromResult(mothraHub.Events("presence").Skip(seen).Any(presence => Online(mothra)(presence) && !Online(rodan)(presence))),
            "mothra is told that rodan has gone");
        Assert.DoesNotContain(rodan.Name, await OnlineAsync(mothra));
    }

    [Fact]
    public async Task OnlineIsSortedAndEachOnce()
    {
        using var mothra = await app.SignUpAsync("mothra");
        await using var first = await mothra.ConnectAsync();
        await using var second = await mothra.ConnectAsync();
        await second.WaitForAsync("presence", Online(mothra));

        var online = await OnlineAsync(mothra);

        Assert.Equal(online.Distinct().Order(StringComparer.Ordinal), online);
    }

    [Fact]
    public async Task OneOfTwoConnectionsGoingLeavesTheUserOnline()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanStays = await rodan.ConnectAsync();
        await mothraHub.WaitForAsync("presence", Online(rodan));
        await using (await rodan.ConnectAsync())
        {
        }

        // Somebody else who comes afterwards is in a later list, by which rodan's second connection is gone.
        using var gamera = await app.SignUpAsync("gamera");
        await using var gameraHub = await gamera.ConnectAsync();
        await mothraHub.WaitForAsync("presence", Online(gamera));

        Assert.Contains(rodan.Name, await OnlineAsync(mothra));
    }

    [Fact]
    public async Task TypingIsShownToTheOthersAndEnds()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();

        await mothraHub.InvokeAsync("SetTyping", discussion, true);

        await rodanHub.WaitForAsync("typing", Typing(discussion, mothra.Name));
        var everywhere = await rodan.Http.GetFromJsonAsync<JsonElement>("/presence/typing");
        Assert.Contains(mothra.Name, everywhere.GetProperty("typing").EnumerateArray().Select(user => user.GetString()));

        await mothraHub.InvokeAsync("SetTyping", discussion, false);

        await rodanHub.WaitForAsync("typing", Typing(discussion));
        Assert.Empty(mothraHub.Events("typing"));
    }

    [Fact]
    public async Task TypingEndsByItself()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();

        await mothraHub.InvokeAsync("SetTyping", discussion, true);

        await rodanHub.WaitForAsync("typing", Typing(discussion, mothra.Name));
        await rodanHub.WaitForAsync("typing", Typing(discussion));
    }

    private static Func<JsonElement, bool> Online(params Person[] people) => presence =>
        people.All(person => presence.GetProperty("online").EnumerateArray().Any(user => user.GetString() == person.Name));

    private static Func<JsonElement, bool> Typing(string discussion, params string[] users) => typing =>
        typing.GetProperty("discussion_id").GetString() == discussion
        && typing.GetProperty("users").EnumerateArray().Select(user => user.GetString()).SequenceEqual(users);

    private static async Task<string[]> OnlineAsync(Person person) =>
        [.. (await person.Http.GetFromJsonAsync<JsonElement>("/presence/online")).GetProperty("online").EnumerateArray().Select(user => user.GetString()!)];
}
