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

        await mothraHub.WaitForAsync("presence", presence => Online(mothra)(presence) && !Online(rodan)(presence), seen);
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

    private static Func<JsonElement, bool> Online(params Person[] people) => presence =>
        people.All(person => presence.GetProperty("online").EnumerateArray().Any(user => user.GetString() == person.Name));

    private static async Task<string[]> OnlineAsync(Person person) =>
        [.. (await person.Http.GetFromJsonAsync<JsonElement>("/presence/online")).GetProperty("online").EnumerateArray().Select(user => user.GetString()!)];
}
