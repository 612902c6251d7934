using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Godzilla.Tests.System.Accounts;

[Collection(RunningSystem.Name)]
public sealed class SessionListTests(GodzillaApp app)
{
    [Fact]
    public async Task SessionsAreListedAndTheCurrentOneIsMarked()
    {
        using var rodan = await app.SignUpAsync("rodan");
        using var elsewhere = await rodan.AgainAsync();

        var sessions = await ListAsync(rodan);

        Assert.Equal(2, sessions.Count);
        Assert.False(sessions[0].GetProperty("current").GetBoolean());
        Assert.True(sessions[1].GetProperty("current").GetBoolean());
        foreach (var session in sessions)
        {
            Assert.Equal(
                ["id", "current", "created_at", "seen_at", "expires_at", "address", "user_agent"], session.EnumerateObject().Select(field => field.Name));
            Assert.Matches("^[0-9a-f]{64}$", session.GetProperty("id").GetString());
            Assert.Equal("127.0.0.1", session.GetProperty("address").GetString());
            Assert.EndsWith("Z", session.GetProperty("created_at").GetString(), StringComparison.Ordinal);
            Assert.True(session.GetProperty("expires_at").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddHours(23));
        }

        // Knowing an id gives no access.
        using var gateway = app.CreateClient();
        gateway.DefaultRequestHeaders.Add("Cookie", $"auth_token={sessions[0].GetProperty("id").GetString()}");
        using var response = await gateway.GetAsync("/user/me");
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, response);
    }

    [Fact]
    public async Task OneSessionEndsAndItsSocketsClose()
    {
        using var rodan = await app.SignUpAsync("rodan");
        using var elsewhere = await rodan.AgainAsync();
        await using var socket = await elsewhere.ConnectAsync();

        using var ended = await rodan.SendAsync(HttpMethod.Delete, $"/user/sessions/{IdOf(await ListAsync(rodan), current: false)}");

        Assert.Equal("""{"status":"success","message":"Session ended"}""", await ended.Content.ReadAsStringAsync());
        await elsewhere.EndedAsync();
        await socket.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Single(await ListAsync(rodan));
    }

    [Fact]
    public async Task SomebodyElsesSessionIsNotFound()
    {
        using var rodan = await app.SignUpAsync("rodan");
        using var mothra = await app.SignUpAsync("mothra");
        var mothras = IdOf(await ListAsync(mothra), current: true);

        foreach (var id in new[] { mothras, new string('0', 64), "x", "%2e%2e%2fx" })
        {
            using var response = await rodan.SendAsync(HttpMethod.Delete, $"/user/sessions/{id}");
            Assert.Equal("Session not found", await Envelope.AssertAsync(HttpStatusCode.NotFound, response));
        }

        using var still = await mothra.Http.GetAsync("/user/me");
        Assert.Equal(HttpStatusCode.OK, still.StatusCode);
    }

    [Fact]
    public async Task AllOtherSessionsEndOrAll()
    {
        using var rodan = await app.SignUpAsync("rodan");
        using var second = await rodan.AgainAsync();
        using var third = await rodan.AgainAsync();

        using var others = await rodan.SendAsync(HttpMethod.Delete, "/user/sessions");
        Assert.Equal("""{"status":"success","message":"Sessions ended: 2"}""", await others.Content.ReadAsStringAsync());
        Assert.True(Assert.Single(await ListAsync(rodan)).GetProperty("current").GetBoolean());
        await third.EndedAsync();

        using var all = await rodan.SendAsync(HttpMethod.Delete, "/user/sessions?all=true");
        Assert.Contains("auth_token=;", Assert.Single(all.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        await rodan.EndedAsync();
    }

    internal static async Task<IReadOnlyList<JsonElement>> ListAsync(Person person) =>
        [.. (await person.Http.GetFromJsonAsync<JsonElement>("/user/sessions")).GetProperty("sessions").EnumerateArray()];

    internal static string IdOf(IEnumerable<JsonElement> sessions, bool current) =>
        sessions.Single(session => session.GetProperty("current").GetBoolean() == current).GetProperty("id").GetString()!;
}
