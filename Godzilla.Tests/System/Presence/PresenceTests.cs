using System.Net;
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
        await mothraHub.SeesAsync(mothra);

        await using (var rodanHub = await rodan.ConnectAsync())
        {
            await mothraHub.SeesAsync(rodan);
            await rodanHub.SeesAsync(mothra, rodan);
            Assert.Contains(rodan.Name, await OnlineAsync(mothra));
        }

        await mothraHub.SeesGoneAsync(rodan);
        Assert.DoesNotContain(rodan.Name, await OnlineAsync(mothra));
        var list = Assert.Single(mothraHub.Events("presence")).GetProperty("online").EnumerateArray().Select(user => user.GetString()).ToArray();
        Assert.Contains(mothra.Name, list);
        Assert.Equal(list.Order(StringComparer.Ordinal), list);
        Assert.All(mothraHub.Events("presence_changed"), change =>
            Assert.Equal(["joined", "left"], change.EnumerateObject().Select(field => field.Name)));
    }

    [Fact]
    public async Task OnlineIsSortedAndEachOnce()
    {
        using var mothra = await app.SignUpAsync("mothra");
        await using var first = await mothra.ConnectAsync();
        await using var second = await mothra.ConnectAsync();
        await second.SeesAsync(mothra);

        var online = await OnlineAsync(mothra);

        Assert.Equal(online.Distinct().Order(StringComparer.Ordinal), online);
    }

    [Fact]
    public async Task WhoReloadsAPageIsGoneForNobody()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        await using var mothraHub = await mothra.ConnectAsync();
        await using (var before = await rodan.ConnectAsync())
        {
            await mothraHub.SeesAsync(rodan);
        }

        await using var after = await rodan.ConnectAsync();
        await after.SeesAsync(rodan);

        // Whoever leaves later is told later.
        using var gamera = await app.SignUpAsync("gamera");
        await using (var gameraHub = await gamera.ConnectAsync())
        {
            await mothraHub.SeesAsync(gamera);
        }

        await mothraHub.SeesGoneAsync(gamera);
        Assert.Contains(rodan.Name, mothraHub.Online);
        Assert.DoesNotContain(mothraHub.Events("presence_changed"), change =>
            change.GetProperty("left").EnumerateArray().Any(user => user.GetString() == rodan.Name));
    }

    [Fact]
    public async Task PeopleSeeWhenSomebodyWasHereLast()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var gamera = app.NewPerson("gamera");
        await using var mothraHub = await mothra.ConnectAsync();
        await mothraHub.SeesAsync(mothra);
        await using (await rodan.ConnectAsync())
        {
            await mothraHub.SeesAsync(rodan);
        }

        await mothraHub.SeesGoneAsync(rodan);
        var users = (await mothra.Http.GetFromJsonAsync<JsonElement>($"/presence/users?name={mothra.Name}&name={rodan.Name}&name={gamera.Name}")).GetProperty("users");

        Assert.Equal([mothra.Name, rodan.Name, gamera.Name], users.EnumerateArray().Select(user => user.GetProperty("username").GetString()));
        Assert.Equal([true, false, false], users.EnumerateArray().Select(user => user.GetProperty("online").GetBoolean()));
        Assert.InRange(users[1].GetProperty("last_seen").GetDateTime(), DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow);
        Assert.Equal(JsonValueKind.Null, users[2].GetProperty("last_seen").ValueKind);
        foreach (var query in new[] { "", "?name=a%20b", $"?{string.Join('&', Enumerable.Repeat("name=a", 101))}" })
        {
            using var refused = await mothra.Http.GetAsync($"/presence/users{query}");
            await Envelope.AssertAsync(HttpStatusCode.BadRequest, refused);
        }
    }

    [Fact]
    public async Task OneOfTwoConnectionsGoingLeavesTheUserOnline()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanStays = await rodan.ConnectAsync();
        await mothraHub.SeesAsync(rodan);
        await using (await rodan.ConnectAsync())
        {
        }

        // Somebody else who comes afterwards is told afterwards.
        using var gamera = await app.SignUpAsync("gamera");
        await using var gameraHub = await gamera.ConnectAsync();
        await mothraHub.SeesAsync(gamera);

        Assert.Contains(rodan.Name, await OnlineAsync(mothra));
    }

    private static async Task<string[]> OnlineAsync(Person person) =>
        [.. (await person.Http.GetFromJsonAsync<JsonElement>("/presence/online")).GetProperty("online").EnumerateArray().Select(user => user.GetString()!)];
}
