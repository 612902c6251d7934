using System.Globalization;

using Godzilla.Tests.Clients;

namespace Godzilla.Tests.Faults;

/// <summary>The terminal client talks while Chat is killed and started again.</summary>
[Collection(ImpatientSystem.Name)]
public sealed class TerminalClientFaultTests(ImpatientApp app)
{
    [Fact]
    public async Task NothingIsLostAndNothingComesTwice()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        using var talks = ChatProcess.Start(app.Gateway, "--plain", "--session", ChatProcess.SessionFile(mothra), discussion);
        using var listens = ChatProcess.StartInTerminal(app.Gateway, "--session", ChatProcess.SessionFile(rodan), discussion);
        await talks.ShowsAsync("--- end of history ---");
        await listens.ShowsAsync("--- end of history ---");

        var said = 0;
        async Task SayAsync(int count)
        {
            for (var number = 0; number < count; number++)
            {
                await talks.EnterAsync(string.Create(CultureInfo.InvariantCulture, $"message {++said};"));
            }
        }

        await SayAsync(50);
        await listens.ShowsAsync("message 10;");
        await app.KillAsync("chat");
        await SayAsync(5);
        await listens.TypeAsync("from the other side\r");
        await listens.ShowsAsync("1 not sent yet: from the other side");
        await app.StartAgainAsync("chat");
        await SayAsync(5);
        talks.EndInput();

        Assert.Equal((0, ""), (await talks.ExitCodeAsync(), talks.Errors));
        await listens.ShowsAsync("message 60;");
        await listens.ShowsAsync($"{rodan.Name}: from the other side");

        // All of it is stored once, and each client showed each message once, in the order of its seq.
        string[] stored = [.. (await mothra.ReadAllAsync(discussion)).Select(message => $"{message.GetProperty("user_id").GetString()}: {message.GetProperty("text").GetString()}")];
        Assert.Equal(61, stored.Length);
        Assert.Equal(stored.Distinct(StringComparer.Ordinal), stored);
        Assert.Equal(Enumerable.Range(1, 60).Select(number => $"{mothra.Name}: message {number};"), stored.Where(line => line.StartsWith(mothra.Name, StringComparison.Ordinal)));
        // The one that talks has ended when its own are stored, perhaps before the other's.
        Assert.Equal(stored.Where(line => line.StartsWith(mothra.Name, StringComparison.Ordinal)), talks.Lines.Where(line => line.StartsWith($"{mothra.Name}: message", StringComparison.Ordinal)));
        Assert.Equal(stored, listens.Lines.Where(line => stored.Contains(line, StringComparer.Ordinal)));
        Assert.Contains(talks.Lines, line => line.StartsWith("-- reconnecting", StringComparison.Ordinal));
    }
}
