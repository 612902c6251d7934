using System.Net;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Godzilla.Tests.Clients;

namespace Godzilla.Tests.Faults;

/// <summary>A dependency goes away, hangs and comes back while people talk. The app is this class's own, for these tests harm it.</summary>
[UnsupportedOSPlatform("macos")]
public sealed class DependencyFaultTests(ImpatientApp app) : IClassFixture<ImpatientApp>
{
    // The contract says a second; the rest is for a machine that is busy with other things.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task RedisHangs()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var gateway = app.CreateClient();
        var pid = app.PidOf("redis");

        Signals.Freeze(pid);
        try
        {
            await UnavailableAsync(() => mothra.Http.GetAsync("/discussion"));
            await UnavailableAsync(() => gateway.PostAsJsonAsync("/user/login", new { username = mothra.Name, password = mothra.Password }));
            await UnhealthyAsync("gateway");
        }
        finally
        {
            Signals.Thaw(pid);
        }

        await WorksAsync(() => mothra.Http.GetAsync("/discussion"));
    }

    [Fact]
    public async Task RedisIsKilledAndStartedAgain()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();
        var chatter = new Chatter(mothraHub, discussion);
        await chatter.SayAsync("before");

        await app.KillAsync("redis");
        await UnavailableAsync(() => mothra.Http.GetAsync("/discussion"));
        await UnavailableAsync(() => mothra.Http.GetAsync("/presence/online"));

        // An open conversation needs no Redis.
        await chatter.SayAsync("meanwhile");
        await app.StartAgainAsync("redis");

        // The session is there again: what Redis had acknowledged it has kept.
        await WorksAsync(() => mothra.Http.GetAsync("/discussion"));
        await chatter.SayAsync("after");
        await chatter.AssertNothingLostAsync(rodan, rodanHub);
        await Eventually.TrueAsync(async () => (await OnlineAsync(mothra)).Contains(rodan.Name), "rodan is online again");

        // Signing out closes sockets again, also after an outage of what tells it.
        using var accounts = app.CreateClient("accounts");
        await WorksAsync(() => accounts.GetAsync("/health"));
        await mothra.LogOutAsync();
        await mothraHub.Closed.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task TheStoreVanishesAndComesBack()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var gamera = await app.SignUpAsync("gamera");
        using var gateway = app.CreateClient();
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();
        var chatter = new Chatter(mothraHub, discussion);
        await chatter.SayAsync("before");
        var store = await StoreAsync();

        Directory.Move(store, store + ".away");
        Task during;
        try
        {
            await UnavailableAsync(() => mothra.Http.GetAsync("/discussion"));
            await UnavailableAsync(() => gateway.PostAsJsonAsync("/user/login", new { username = mothra.Name, password = mothra.Password }));
            await UnavailableAsync(() => gateway.PostAsJsonAsync("/user/register", new { username = "nobody", password = "x" }));
            var error = await Assert.ThrowsAsync<HubErrorException>(() => mothraHub.InvokeAsync("Send", discussion, "lost?", "lost?"));
            Assert.Contains("Service Unavailable", error.Message, StringComparison.Ordinal);
            await UnhealthyAsync("chat");
            await UnhealthyAsync("accounts");

            // Whoever comes now is sent away, and is not online for ever because of it.
            await using (var early = await SignalRClient.ConnectAsync(app.Gateway, gamera.Token))
            {
                await early.Closed.WaitAsync(AnswerLimit);
            }

            during = chatter.SayAsync("during");
        }
        finally
        {
            Directory.Move(store + ".away", store);
        }

        await during;
        await WorksAsync(() => mothra.Http.GetAsync("/discussion"));
        await chatter.SayAsync("after");
        await chatter.AssertNothingLostAsync(rodan, rodanHub);

        // Somebody's coming is in a later list than any renewal until then.
        var before = mothraHub.Events("presence").Count;
        using var battra = await app.SignUpAsync("battra");
        await using var battraHub = await battra.ConnectAsync();
        await Eventually.TrueAsync(
            () => Task.FromResult(mothraHub.Events("presence").Skip(before).Any(presence => Names(presence).Contains(battra.Name))), "battra comes");
        Assert.DoesNotContain(gamera.Name, await OnlineAsync(mothra));
    }

    [Fact]
    public async Task TheStoreIsSlow()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();
        var chatter = new Chatter(mothraHub, discussion);
        await chatter.SayAsync("before");

        // Whoever holds the store's write lock makes every other writer wait: SQLite's WAL keeps it at byte 120 of the shared memory.
        Task during;
        await using (var shared = new FileStream(Path.Combine(await StoreAsync(), "chatdb.db-shm"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            await Eventually.TrueAsync(() => Task.FromResult(TryLock(shared)), "the write lock is ours");
            await UnavailableAsync(() => mothra.Http.PostAsJsonAsync($"/discussion/{discussion}/messages", new[] { new { text = "refused" } }));

            // Two at once: the second waits for the first, and for the store, and has its answer in time all the same.
            var rodans = Assert.ThrowsAsync<HubErrorException>(() => rodanHub.InvokeAsync("Send", discussion, "refused", null).WaitAsync(AnswerLimit));
            await Assert.ThrowsAsync<HubErrorException>(() => mothraHub.InvokeAsync("Send", discussion, "during", "during").WaitAsync(AnswerLimit));
            await rodans;

            // Reading goes on.
            await WorksAsync(() => mothra.Http.GetAsync($"/discussion/{discussion}/messages"));
            during = chatter.SayAsync("during");
        }

        await during;
        await chatter.AssertNothingLostAsync(rodan, rodanHub);
    }

    [Fact]
    public async Task PresenceHangs()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();
        var chatter = new Chatter(mothraHub, discussion);
        var pid = app.PidOf("presence");

        Signals.Freeze(pid);
        try
        {
            await chatter.SayAsync("without presence");
            await UnavailableAsync(() => mothra.Http.GetAsync("/presence/online"));
            await UnavailableAsync(() => mothra.Http.GetAsync("/presence/typing"));
            await Assert.ThrowsAsync<HubErrorException>(() => mothraHub.InvokeAsync("SetTyping", discussion, true));
            Assert.Equal(0, chatter.Errors);
        }
        finally
        {
            Signals.Thaw(pid);
        }

        await WorksAsync(() => mothra.Http.GetAsync("/presence/online"));
        await chatter.AssertNothingLostAsync(rodan, rodanHub);
    }

    [Fact]
    public async Task PresenceIsKilledAndStartedAgain()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        await using var mothraHub = await mothra.ConnectAsync();
        await mothraHub.WaitForAsync("presence", presence => Names(presence).Contains(mothra.Name));

        await app.KillAsync("presence");
        await UnavailableAsync(() => mothra.Http.GetAsync("/presence/online"));

        // Somebody comes while Presence is away, and is known when it is back.
        await using var rodanHub = await rodan.ConnectAsync();
        await app.StartAgainAsync("presence");

        await mothraHub.WaitForAsync("presence", presence => Names(presence).Contains(rodan.Name) && Names(presence).Contains(mothra.Name));
        await WorksAsync(() => mothra.Http.GetAsync("/presence/online"));
    }

    private static async Task UnavailableAsync(Func<Task<HttpResponseMessage>> call)
    {
        using var response = await call().WaitAsync(AnswerLimit);
        await Envelope.AssertAsync(HttpStatusCode.ServiceUnavailable, response);
    }

    private static async Task WorksAsync(Func<Task<HttpResponseMessage>> call) => await Eventually.TrueAsync(
        async () =>
        {
            using var response = await call();
            return response.StatusCode == HttpStatusCode.OK;
        },
        "it works again");

    private async Task UnhealthyAsync(string service)
    {
        using var client = app.CreateClient(service);
        using var health = await client.GetAsync("/health").WaitAsync(AnswerLimit);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        using var alive = await client.GetAsync("/alive").WaitAsync(AnswerLimit);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    private async Task<string> StoreAsync() =>
        Uri.UnescapeDataString((await app.App.GetConnectionStringAsync("mongodb"))!.Split('/')[2].Split('@')[^1]);

    private static bool TryLock(FileStream shared)
    {
        try
        {
            shared.Lock(120, 1);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task<string[]> OnlineAsync(Person person)
    {
        using var response = await person.Http.GetAsync("/presence/online");
        return response.IsSuccessStatusCode ? Names(await response.Content.ReadFromJsonAsync<JsonElement>()) : [];
    }

    private static string[] Names(JsonElement presence) =>
        [.. presence.GetProperty("online").EnumerateArray().Select(user => user.GetString()!)];
}
