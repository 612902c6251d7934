using System.Text.Json;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests.Clients;

/// <summary>MongoDB clients that are not ours read what the services wrote, with the connection string that the app host shows.</summary>
[Collection(RunningSystem.Name)]
public sealed class MongoClientTests(GodzillaApp app)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task TheNpmDriverReadsAConversation()
    {
        await NodePackages.RestoreOnceAsync();
        await ReadsAConversationAsync("node", "mongodb.mjs");
    }

    [PymongoFact]
    public Task PymongoReadsAConversation() => ReadsAConversationAsync(PymongoFactAttribute.Python, "pymongo_read.py");

    private async Task ReadsAConversationAsync(string program, string script)
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var rodanHub = await rodan.ConnectAsync();
        await mothra.PostAsync(discussion, "Are you awake?");
        await rodanHub.InvokeAsync("Send", discussion, "I am now \u2600", "r1");

        using var client = ClientProcess.Start(
            program,
            [script],
            ("CONNECTION_STRING", (await app.App.GetConnectionStringAsync("mongodb"))!),
            ("DATABASE", "chatdb"),
            ("DISCUSSION", discussion));
        var texts = JsonSerializer.Deserialize<string[]>(await client.OutputAsync(TimeLimit))!;

        Assert.Equal(["Are you awake?", "I am now \u2600"], texts);
    }
}
