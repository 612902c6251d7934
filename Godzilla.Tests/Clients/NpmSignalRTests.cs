using System.Text.Json;

namespace Godzilla.Tests.Clients;

/// <summary>The npm package <c>@microsoft/signalr</c> understands the hub.</summary>
[Collection(RunningSystem.Name)]
public sealed class NpmSignalRTests(GodzillaApp app)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task ItTalksAndListensAndIsClosedAtSignOut()
    {
        await NodePackages.RestoreOnceAsync();
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var rodanHub = await rodan.ConnectAsync();

        using var npm = ClientProcess.Start(
            "node",
            ["signalr.mjs"],
            ("HUB_URL", new Uri(app.Gateway, "/hubs/chat").ToString()),
            ("AUTH_TOKEN", mothra.Token),
            ("DISCUSSION", discussion));
        var lines = await ReadAsync(npm, line => line.TryGetProperty("refused", out _));

        Assert.Equal(mothra.Name, ArgumentOf(lines, "welcome").GetProperty("username").GetString());
        var receipt = lines.Single(line => line.TryGetProperty("receipt", out _)).GetProperty("receipt");
        Assert.Equal(["id", "seq", "created_at"], receipt.EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            "An unexpected error occurred invoking 'Send' on the server. HubException: Discussion not found",
            lines[^1].GetProperty("refused").GetString());

        var heard = await rodanHub.WaitForAsync("message", message => message.GetProperty("text").GetString() == "from npm");
        Assert.Equal(receipt.GetProperty("id").GetString(), heard.GetProperty("id").GetString());
        await rodanHub.WaitForAsync("typing", typing => typing.GetProperty("users")[0].GetString() == mothra.Name);

        await rodanHub.InvokeAsync("Send", discussion, "to npm", null);
        await ReadAsync(npm, line => IsEvent(line, "message") && line.GetProperty("args")[0].GetProperty("text").GetString() == "to npm");

        await mothra.LogOutAsync();
        await ReadAsync(npm, line => line.TryGetProperty("closed", out _));
    }

    private static async Task<List<JsonElement>> ReadAsync(ClientProcess npm, Func<JsonElement, bool> isLast)
    {
        var lines = new List<JsonElement>();
        do
        {
            var line = await npm.LineAsync(TimeLimit);
            Assert.True(line is not null, $"The client ended early, after {string.Join(' ', lines.Select(l => l.GetRawText()))}");
            lines.Add(JsonSerializer.Deserialize<JsonElement>(line));
        }
        while (!isLast(lines[^1]));
        return lines;
    }

    private static bool IsEvent(JsonElement line, string name) => line.TryGetProperty("event", out var e) && e.GetString() == name;

    private static JsonElement ArgumentOf(List<JsonElement> lines, string name) => lines.First(line => IsEvent(line, name)).GetProperty("args")[0];
}
