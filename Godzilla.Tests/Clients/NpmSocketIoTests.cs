using System.Diagnostics;
using System.Text.Json;

namespace Godzilla.Tests.Clients;

/// <summary>The npm package <c>socket.io-client</c>, unmodified, used as the original's terminal client uses it and with what is ours.</summary>
[Collection(RunningSystem.Name)]
public sealed class NpmSocketIoTests(GodzillaApp app)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task ItTalksAndListensAndStaysAwayAtSignOut()
    {
        await NodePackages.RestoreOnceAsync();
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var hub = await rodan.ConnectAsync();
        using var npm = Start(app.Gateway, mothra, discussion);

        var lines = await ReadAsync(npm, line => Has(line, "ready"));

        var welcome = One(lines, "welcome");
        Assert.Equal((mothra.Name, $"Welcome {mothra.Name}!"), (welcome.GetProperty("username").GetString(), welcome.GetProperty("message").GetString()));
        Assert.Equal(["id", "seq", "created_at"], One(lines, "receipt").EnumerateObject().Select(field => field.Name));
        Assert.Equal(1, One(lines, "sent").GetProperty("seq").GetInt64());
        Assert.Equal(One(lines, "sent").GetRawText(), One(lines, "again").GetRawText());
        Assert.Equal("to the discussion", One(lines, "history").GetProperty("messages")[0].GetProperty("data").GetProperty("text").GetString());
        Assert.Equal("""{"error":{"code":404,"message":"Discussion not found"}}""", One(lines, "refused").GetRawText());
        Assert.Equal(400, One(lines, "bytes").GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal("Invalid namespace", One(lines, "admin").GetString());
        await hub.WaitForAsync("typing", typing => typing.GetProperty("users").EnumerateArray().Any(user => user.GetString() == mothra.Name));
        var line = await hub.WaitForAsync("message", message => message.GetProperty("text").GetString() == $"a line of {mothra.Name}");
        Assert.Equal(mothra.Name, line.GetProperty("user_id").GetString());
        var acknowledged = await hub.WaitForAsync("message", message => message.GetProperty("text").GetString() == $"acknowledged {mothra.Name}");
        Assert.Equal(acknowledged.GetProperty("id").GetString(), One(lines, "receipt").GetProperty("id").GetString());

        var text = $"to npm {Guid.NewGuid()}";
        await hub.InvokeAsync("Send", "lobby", text, null);
        await hub.InvokeAsync("SetTyping", "lobby", true);
        var heard = await ReadAsync(npm, line => Has(line, "typing") && line.GetProperty("typing").EnumerateArray().Any(user => user.GetString() == rodan.Name));
        var message = heard.Single(line => Has(line, "message") && line.GetProperty("message").GetProperty("line").GetString() == $"{rodan.Name}: {text}")
            .GetProperty("message");
        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(message.GetProperty("clock").GetInt64()), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.DoesNotContain(lines.Concat(heard), line => Has(line, "message") && line.GetProperty("message").GetProperty("from").GetString() == mothra.Name);
        Assert.Contains(lines.Concat(heard), line => Has(line, "presence") && line.GetProperty("presence").EnumerateArray().Any(user => user.GetString() == mothra.Name));

        await mothra.LogOutAsync();
        var ended = await ReadAsync(npm, line => Has(line, "disconnect"));

        // Of the disconnect packet, after which the client does not come back; and so the process ends.
        Assert.Equal(("io server disconnect", false), (ended[^1].GetProperty("disconnect").GetString(), ended[^1].GetProperty("active").GetBoolean()));
        Assert.Equal("", await npm.OutputAsync(TimeLimit));
    }

    internal static ClientProcess Start(Uri gateway, Person person, string discussion) => ClientProcess.Start(
        "node",
        ["socketio.mjs"],
        ("SERVER_URL", gateway.ToString().TrimEnd('/')),
        ("AUTH_TOKEN", person.Token),
        ("DISCUSSION", discussion));

    internal static async Task<List<JsonElement>> ReadAsync(ClientProcess npm, Func<JsonElement, bool> isLast)
    {
        var lines = new List<JsonElement>();
        var since = Stopwatch.StartNew();
        do
        {
            // Altogether: a client that tries to connect again and again writes a line each time.
            var line = await npm.LineAsync(TimeLimit - since.Elapsed);
            Assert.True(line is not null, $"The client ended early, after {string.Join(' ', lines.Select(l => l.GetRawText()))}");
            lines.Add(JsonSerializer.Deserialize<JsonElement>(line));
        }
        while (!isLast(lines[^1]));
        return lines;
    }

    internal static bool Has(JsonElement line, string name) => line.TryGetProperty(name, out _);

    private static JsonElement One(List<JsonElement> lines, string name) => Assert.Single(lines, line => Has(line, name)).GetProperty(name);
}
