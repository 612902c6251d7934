using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests.System.Accounts;

[Collection(RunningSystem.Name)]
public sealed class AuditTests(GodzillaApp app)
{
    [Fact]
    public async Task EverybodySeesWhatHappenedToTheirAccountAndFromWhere()
    {
        using var rodan = app.NewPerson("rodan");
        rodan.Http.DefaultRequestHeaders.UserAgent.ParseAdd("rodans-browser/1.0");
        await rodan.RegisterAsync();
        using var failed = await rodan.SendAsync(HttpMethod.Post, "/user/login", new { username = rodan.Name, password = "not it at all" });
        await rodan.LogInAsync();
        using var elsewhere = await rodan.AgainAsync();
        using var changed = await rodan.SendAsync(HttpMethod.Patch, "/user/me", new { display_name = "Rodan" });
        using var refused = await rodan.SendAsync(HttpMethod.Delete, "/user/me", new { password = "not it at all" });
        var id = SessionListTests.IdOf(await SessionListTests.ListAsync(rodan), current: false);
        using var ended = await rodan.SendAsync(HttpMethod.Delete, $"/user/sessions/{id}");

        string[] expected = ["session_ended", "password_refused", "profile_changed", "signed_in", "signed_in", "sign_in_failed", "registered"];
        JsonElement[] entries = [];
        await Eventually.TrueAsync(
            async () =>
            {
                entries = [.. (await rodan.Http.GetFromJsonAsync<JsonElement>("/user/audit")).GetProperty("entries").EnumerateArray()];
                return entries.Length == expected.Length;
            },
            "all has arrived");

        Assert.Equal(expected, entries.Select(entry => entry.GetProperty("action").GetString()));
        Assert.Equal(id, entries[0].GetProperty("detail").GetString());
        Assert.All(entries, entry => Assert.Equal("127.0.0.1", entry.GetProperty("address").GetString()));
        Assert.Equal("rodans-browser/1.0", entries[^1].GetProperty("user_agent").GetString());
        Assert.All(entries, entry => Assert.Equal(JsonValueKind.Null, entry.GetProperty("by").ValueKind));
    }

    [Fact]
    public async Task TheAuditComesPageByPageAndIsOnesOwn()
    {
        using var rodan = await app.SignUpAsync("rodan");
        using var mothra = await app.SignUpAsync("mothra");
        for (var number = 0; number < 3; number++)
        {
            using var changed = await rodan.SendAsync(HttpMethod.Patch, "/user/me", new { display_name = $"Rodan {number}" });
        }

        await Eventually.TrueAsync(async () => (await PageAsync("")).Entries.Count == 5, "all has arrived");
        var all = (await PageAsync("")).Entries;
        var first = await PageAsync("?limit=2");
        var second = await PageAsync($"?limit=2&cursor={first.Next}");
        var third = await PageAsync($"?limit=2&cursor={second.Next}");

        Assert.Equal(all, [.. first.Entries, .. second.Entries, .. third.Entries]);
        Assert.Null(third.Next);
        foreach (var query in new[] { "?limit=0", "?limit=201", "?cursor=x" })
        {
            using var bad = await rodan.Http.GetAsync($"/user/audit{query}");
            await Envelope.AssertAsync(HttpStatusCode.BadRequest, bad);
        }

        async Task<(IReadOnlyList<string?> Entries, string? Next)> PageAsync(string query)
        {
            var page = await rodan.Http.GetFromJsonAsync<JsonElement>($"/user/audit{query}");
            var entries = page.GetProperty("entries").EnumerateArray().ToList();
            Assert.All(entries, entry => Assert.Equal(rodan.Name, entry.GetProperty("user").GetString()));
            return ([.. entries.Select(entry => entry.GetProperty("id").GetString())], page.GetProperty("next_cursor").GetString());
        }
    }
}
