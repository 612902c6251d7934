using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests.System.Chat;

/// <summary>The whole system with two replicas of what the assistant needs, and a model that takes its time over each token.</summary>
public sealed class PensiveApp : GodzillaApp
{
    protected override void Configure(IDistributedApplicationTestingBuilder builder)
    {
        foreach (var service in new[] { "gateway", "chat", "inference" })
        {
            builder.CreateResourceBuilder<ProjectResource>(service).WithReplicas(2);
        }

        builder.CreateResourceBuilder<ProjectResource>("inference").WithEnvironment("Mini__TokenLatency", "00:00:00.020");
    }
}

/// <summary>The tests that share it.</summary>
[CollectionDefinition(Name)]
public sealed class PensiveSystem : ICollectionFixture<PensiveApp>
{
    public const string Name = "pensive system";
}

/// <summary>The assistant as a member of discussions.</summary>
[Collection(PensiveSystem.Name)]
public sealed class AssistantTests(PensiveApp app)
{
    [Fact]
    public async Task AnAnswerGrowsForEverybodyAtEveryReplicaAndIsOneMessageInTheEnd()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        var gateways = app.ReplicasOf("gateway");
        await using var hub = await mothra.At(gateways[0]).ConnectAsync();
        await using var other = await rodan.At(gateways[1]).ConnectAsync();
        using var socket = await EngineSocket.ConnectAsync(gateways[1], rodan.Token);
        await socket.AskAsync("join", new { discussion_id = discussion });

        var question = (await hub.InvokeAsync("Send", discussion, "What is Godzilla, @Assistant?", null)).GetProperty("id").GetString()!;
        var answer = await MessageAsync(hub, discussion, seq: 2);
        await other.WaitForAsync("typing", typing => typing.GetProperty("users").EnumerateArray().Any(user => user.GetString() == "assistant"));

        var done = await other.WaitForAsync("assistant", e => StateOf(e) == "done");
        Assert.Equal(answer.GetProperty("id").GetString(), done.GetProperty("message_id").GetString());
        Assert.Equal(answer.GetProperty("text").GetString(), TextOf(other.Events("assistant"), question));
        Assert.Equal(mothra.Name, done.GetProperty("asked_by").GetString());
        await hub.WaitForAsync("assistant", e => StateOf(e) == "done");
        Assert.Equal(answer.GetProperty("text").GetString(), TextOf(hub.Events("assistant"), question));

        var events = new List<JsonElement>();
        await socket.EventAsync("assistant", e =>
        {
            events.Add(e);
            return StateOf(e) == "done";
        });
        Assert.Equal(answer.GetProperty("text").GetString(), TextOf(events, question));
        await other.WaitForAsync("typing", typing => typing.GetProperty("users").GetArrayLength() == 0);
    }

    [Fact]
    public async Task WhoAskedStopsItAndNobodyElse()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var hub = await mothra.ConnectAsync();
        await using var other = await rodan.ConnectAsync();

        var question = await AskAsync(hub, discussion);
        await hub.WaitForAsync("assistant", e => StateOf(e) == "delta");
        await other.InvokeAsync("StopAssistant", discussion, question);
        var seen = hub.Events("assistant").Count;
        await hub.WaitForAsync("assistant", e => StateOf(e) == "delta", skip: seen);

        // Over HTTP any replica may be asked, whichever gives the answer.
        using var stopped = await mothra.SendAsync(HttpMethod.Delete, $"/discussion/{discussion}/assistant/{question}");
        Assert.Equal(HttpStatusCode.OK, stopped.StatusCode);

        var end = await hub.WaitForAsync("assistant", e => e.GetProperty("message_id").GetString() is not null);
        Assert.Equal("stopped", StateOf(end));
        Assert.Equal((await MessageAsync(hub, discussion, seq: 2)).GetProperty("text").GetString(), TextOf(hub.Events("assistant"), question));
    }

    [Fact]
    public async Task TheEndOfTheSessionThatAskedStopsIt()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var other = await rodan.ConnectAsync();
        await using (var hub = await mothra.ConnectAsync())
        {
            await AskAsync(hub, discussion);
            await other.WaitForAsync("assistant", e => StateOf(e) == "delta");
            await mothra.LogOutAsync();
        }

        await other.WaitForAsync("assistant", e => StateOf(e) == "stopped");
    }

    [Fact]
    public async Task ItsOwnerKeepsItOutAndLetsItIn()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var hub = await mothra.ConnectAsync();

        using var refused = await rodan.SendAsync(HttpMethod.Patch, $"/discussion/{discussion}", new { assistant = false });
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        using var changed = await mothra.SendAsync(HttpMethod.Patch, $"/discussion/{discussion}", new { assistant = false });
        Assert.False((await changed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("assistant").GetBoolean());
        await hub.WaitForAsync("discussion", change => !change.GetProperty("assistant").GetBoolean());
        await AskAsync(hub, discussion);

        using var again = await mothra.SendAsync(HttpMethod.Patch, $"/discussion/{discussion}", new { assistant = true });
        Assert.True((await again.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("assistant").GetBoolean());
        var second = await AskAsync(hub, discussion);
        await hub.WaitForAsync("assistant", e => StateOf(e) == "done");
        Assert.All(hub.Events("assistant"), e => Assert.Equal(second, e.GetProperty("id").GetString()));
        Assert.Equal(3, (await mothra.ReadAllAsync(discussion)).Count);
    }

    [Fact]
    public async Task AQuestionThatIsSentAgainIsAnsweredOnce()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var hub = await mothra.ConnectAsync();
        var question = new[] { new { text = "@assistant are you there?", client_id = "once" } };
        foreach (var gateway in app.ReplicasOf("gateway").Concat(app.ReplicasOf("gateway")))
        {
            using var sent = await mothra.At(gateway).SendAsync(HttpMethod.Post, $"/discussion/{discussion}/messages", question);
            Assert.Equal(HttpStatusCode.OK, sent.StatusCode);
        }

        await hub.WaitForAsync("assistant", e => StateOf(e) == "done");
        Assert.Single(hub.Events("assistant"), e => StateOf(e) == "started");
        Assert.Equal(2, (await mothra.ReadAllAsync(discussion)).Count);
    }

    [Theory]
    [InlineData("assistant")]
    [InlineData("Assistant")]
    public async Task NobodyElseCanHaveItsName(string name)
    {
        using var http = app.CreateClient();
        using var refused = await http.PostAsJsonAsync("/user/register", new { username = name, password = "monster island" });
        Assert.Equal("Username is reserved", await Envelope.AssertAsync(HttpStatusCode.BadRequest, refused));
    }

    private static async Task<string> AskAsync(HubClient hub, string discussion) =>
        (await hub.InvokeAsync("Send", discussion, "@assistant tell us a long story about Godzilla, please", null)).GetProperty("id").GetString()!;

    private static Task<JsonElement> MessageAsync(HubClient hub, string discussion, int seq) => hub.WaitForAsync(
        "message", message => message.GetProperty("discussion_id").GetString() == discussion && message.GetProperty("seq").GetInt32() == seq);

    private static string? StateOf(JsonElement assistantEvent) => assistantEvent.GetProperty("state").GetString();

    // As a client puts it together, which must find no hole.
    private static string TextOf(IReadOnlyList<JsonElement> events, string question)
    {
        var mine = events.Where(e => e.GetProperty("id").GetString() == question).ToList();
        Assert.Equal(Enumerable.Range(0, mine.Count), mine.Select(e => e.GetProperty("index").GetInt32()));
        Assert.Equal("started", StateOf(mine[0]));
        return string.Concat(mine.Where(e => StateOf(e) == "delta").Select(e => e.GetProperty("text").GetString())).Trim();
    }
}
