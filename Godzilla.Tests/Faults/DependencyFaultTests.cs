using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Godzilla.Tests.System.Accounts;

namespace Godzilla.Tests.Faults;

/// <summary>A dependency hangs, dies and comes back while people talk: refused within a second, nothing acknowledged lost, no service restarted.</summary>
[Collection(ImpatientSystem.Name)]
public sealed class DependencyFaultTests(ImpatientApp app)
{
    // The contract says a second; the rest is for a machine that is busy with other things.
    private static readonly TimeSpan AnswerLimit = Slack.Second;
    private static readonly string[] Services = ["gateway", "accounts", "chat", "presence"];

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
            await DegradedAsync("gateway", "redis");
        }
        finally
        {
            Signals.Thaw(pid);
        }

        await WorksAsync(() => mothra.Http.GetAsync("/discussion"));
    }

    [Fact]
    public async Task AccountsHangs()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync();
        Task<HttpResponseMessage> InviteAsync() => mothra.SendAsync(HttpMethod.Post, $"/discussion/{discussion}/members", new { users = new[] { rodan.Name } });
        var pid = app.PidOf("accounts");

        Signals.Freeze(pid);
        try
        {
            await UnavailableAsync(InviteAsync);
            await mothra.PostAsync(discussion, "the rest of Chat goes on");
        }
        finally
        {
            Signals.Thaw(pid);
        }

        await WorksAsync(InviteAsync);
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
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await mothra.Http.GetAsync("/discussion");
                return response.StatusCode == HttpStatusCode.ServiceUnavailable;
            },
            "the gateway has noticed");
        await UnavailableAsync(() => mothra.Http.GetAsync("/discussion"));
        await UnavailableAsync(() => mothra.Http.GetAsync("/presence/online"));

        // Limits hold, by each gateway's share, where a route needs no Redis.
        Assert.EndsWith(";godzilla-degraded", await RegistrationLimitAsync(), StringComparison.Ordinal);

        // An open conversation needs no Redis.
        await chatter.SayAsync("meanwhile");
        Assert.Equal(0, chatter.Errors);
        await app.StartAgainAsync("redis");

        // The session is there again: Redis has kept what it had acknowledged.
        await WorksAsync(() => mothra.Http.GetAsync("/discussion"));
        await chatter.SayAsync("after");
        await Chatter.AssertNothingLostAsync(discussion, rodan, rodanHub, chatter);
        await Eventually.TrueAsync(async () => (await OnlineAsync(mothra)).Contains(rodan.Name), "rodan is online again");

        await Eventually.TrueAsync(async () => !(await RegistrationLimitAsync()).Contains("degraded", StringComparison.Ordinal), "limits are shared again");

        // The subscription to ended sessions is there again too.
        using var accounts = app.CreateClient("accounts");
        await Eventually.TrueAsync(async () => await accounts.GetStringAsync("/health") is var health && health.StartsWith("""{"status":"ok",""", StringComparison.Ordinal), "accounts has Redis again");
        await mothra.LogOutAsync();
        await mothraHub.Closed.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task ADisabledAccountIsOutAlthoughRedisWasAwayWhenItWasDisabled()
    {
        using var admin = await app.SignUpAdminAsync();
        using var rodan = await app.SignUpAsync("rodan");
        using var accounts = new HttpClient(new SigningHandler("gateway", "accounts", admin.Name)) { BaseAddress = app.App.GetEndpoint("accounts", "http") };
        var pid = app.PidOf("redis");

        Signals.Freeze(pid);
        try
        {
            using var disabled = await accounts.PostAsync($"/admin/users/{rodan.Name}/disable", content: null);
            Assert.Equal(HttpStatusCode.OK, disabled.StatusCode);
        }
        finally
        {
            Signals.Thaw(pid);
        }

        await Eventually.TrueAsync(
            async () =>
            {
                using var after = await rodan.Http.GetAsync("/user/me");
                return after.StatusCode == HttpStatusCode.Unauthorized;
            },
            "his session has ended");
    }

    [Fact]
    public async Task TheStoreHangs()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var gamera = await app.SignUpAsync("gamera");
        using var gateway = app.CreateClient();
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();
        var (mothras, rodans) = (new Chatter(mothraHub, discussion), new Chatter(rodanHub, discussion));
        await mothras.SayAsync("before");
        var pids = Services.Select(app.PidOf).ToArray();
        var store = app.PidOf("mongodb");

        Signals.Freeze(store);
        Task during;
        try
        {
            await UnavailableAsync(() => mothra.Http.GetAsync("/discussion"));
            await UnavailableAsync(() => gateway.PostAsJsonAsync("/user/login", new { username = mothra.Name, password = mothra.Password }));
            await UnavailableAsync(() => gateway.PostAsJsonAsync("/user/register", new { username = $"nobody-{Guid.NewGuid():N}"[..24], password = "never stored" }));
            await mothras.PostRefusedAsync(mothra, "refused over HTTP", AnswerLimit);

            // Two at once: the second waits for the first, and for the store, and has its answer in time all the same.
            await Task.WhenAll(mothras.RefusedAsync("refused to mothra", AnswerLimit), rodans.RefusedAsync("refused to rodan", AnswerLimit));
            await DegradedAsync("chat", "MongoDB");
            await DegradedAsync("accounts", "MongoDB");

            // Whoever connects now is disconnected, and does not stay online because of it.
            await using (var early = await HubClient.ConnectAsync(app.Gateway, gamera.Token))
            {
                await early.Closed.WaitAsync(AnswerLimit);
            }

            during = mothras.SayAsync("during");
        }
        finally
        {
            Signals.Thaw(store);
        }

        await during;
        await WorksAsync(() => mothra.Http.GetAsync("/discussion"));
        await rodans.SayAsync("after");
        await Chatter.AssertNothingLostAsync(discussion, rodan, rodanHub, mothras, rodans);
        Assert.Equal(pids, Services.Select(app.PidOf));

        // A later arrival is told after any renewal until then.
        using var battra = await app.SignUpAsync("battra");
        await using var battraHub = await battra.ConnectAsync();
        await mothraHub.SeesAsync(battra);
        Assert.DoesNotContain(gamera.Name, await OnlineAsync(mothra));
    }

    [Fact]
    public async Task TheStoreIsKilledWhilePeopleTalkAndStartedAgain()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();
        var (mothras, rodans) = (new Chatter(mothraHub, discussion), new Chatter(rodanHub, discussion));
        var pids = Services.Select(app.PidOf).ToArray();

        using var end = new CancellationTokenSource();
        var talk = Task.WhenAll(mothras.SayOnAsync("mothra", end.Token), rodans.SayOnAsync("rodan", end.Token));
        await Eventually.TrueAsync(() => mothras.Acknowledged >= 10 && rodans.Acknowledged >= 10, "both talk");

        await app.KillAsync("mongodb");
        await UnavailableAsync(() => mothra.Http.GetAsync("/discussion"));
        await Eventually.TrueAsync(() => mothras.Errors > 0 && rodans.Errors > 0, "both are refused");
        await app.StartAgainAsync("mongodb");

        await WorksAsync(() => mothra.Http.GetAsync("/discussion"));
        var (mothraHad, rodanHad) = (mothras.Acknowledged, rodans.Acknowledged);
        await Eventually.TrueAsync(() => mothras.Acknowledged > mothraHad + 2 && rodans.Acknowledged > rodanHad + 2, "both talk again");
        await end.CancelAsync();
        await talk;
        await Chatter.AssertNothingLostAsync(discussion, rodan, rodanHub, mothras, rodans);
        Assert.Equal(pids, Services.Select(app.PidOf));
    }

    [Fact]
    public async Task TheStoreHangsWhileSocketIoClientsTalk()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var socket = await EngineSocket.ConnectAsync(app.Gateway, mothra.Token);
        using var other = await EngineSocket.ConnectAsync(app.Gateway, rodan.Token);
        var message = new { text = $"during {Guid.NewGuid()}", client_id = "c" };
        await socket.AskAsync("message", new { text = "before" });
        var store = app.PidOf("mongodb");

        Signals.Freeze(store);
        JsonElement refused;
        try
        {
            refused = await socket.AskAsync("message", message).WaitAsync(AnswerLimit);
        }
        finally
        {
            Signals.Thaw(store);
        }

        Assert.Equal("""{"error":{"code":503,"message":"Service Unavailable"}}""", refused.GetRawText());
        await Eventually.TrueAsync(async () => (await socket.AskAsync("message", message)).TryGetProperty("seq", out _), "it is stored");
        await socket.AskAsync("message", new { text = "after" });
        var texts = new List<string?>();
        while (texts is not [.., "after"])
        {
            var heard = await other.EventAsync("message", heard => heard.GetProperty("from").GetString() == mothra.Name);
            texts.Add(heard.GetProperty("data").GetProperty("text").GetString());
        }

        Assert.Equal(["before", message.text, "after"], texts);
    }

    [Fact]
    public async Task TheStoreStutters()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await mothra.CreateDiscussionAsync(rodan);
        await using var mothraHub = await mothra.ConnectAsync();
        await using var rodanHub = await rodan.ConnectAsync();
        var chatter = new Chatter(mothraHub, discussion);
        await chatter.SayAsync("before");
        var store = app.PidOf("mongodb");

        using var end = new CancellationTokenSource();
        var talk = chatter.SayOnAsync("slow", end.Token);
        using (var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(300)))
        {
            for (var burst = 0; burst < 8; burst++)
            {
                Signals.Freeze(store);
                try
                {
                    await pause.WaitForNextTickAsync();
                }
                finally
                {
                    Signals.Thaw(store);
                }

                await pause.WaitForNextTickAsync();
            }
        }

        await end.CancelAsync();
        await talk;

        Assert.True(chatter.Slowest < AnswerLimit, $"An answer took {chatter.Slowest}.");
        Assert.InRange(chatter.Acknowledged, 8, int.MaxValue);
        await Chatter.AssertNothingLostAsync(discussion, rodan, rodanHub, chatter);
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
            Assert.Equal("Service Unavailable", await mothraHub.ErrorOfAsync("SetTyping", discussion, true).WaitAsync(AnswerLimit));
            Assert.Equal(0, chatter.Errors);
        }
        finally
        {
            Signals.Thaw(pid);
        }

        await WorksAsync(() => mothra.Http.GetAsync("/presence/online"));
        await Chatter.AssertNothingLostAsync(discussion, rodan, rodanHub, chatter);
    }

    [Fact]
    public async Task PresenceIsKilledAndStartedAgain()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        using var gamera = await app.SignUpAsync("gamera");
        await using var mothraHub = await mothra.ConnectAsync();
        await mothraHub.SeesAsync(mothra);

        await app.KillAsync("presence");
        await UnavailableAsync(() => mothra.Http.GetAsync("/presence/online"));

        // Somebody comes while Presence is away, and is known when it is back.
        await using var rodanHub = await rodan.ConnectAsync();
        await app.StartAgainAsync("presence");

        await mothraHub.SeesAsync(rodan);
        await rodanHub.SeesAsync(mothra, rodan);
        await WorksAsync(() => mothra.Http.GetAsync("/presence/online"));
        await using (var lateHub = await gamera.ConnectAsync())
        {
            await mothraHub.SeesAsync(gamera);
        }

        // Nobody connected again, and nobody was gone in between.
        await mothraHub.SeesGoneAsync(gamera);
        Assert.Single(mothraHub.Events("presence"));
        Assert.Equal([mothra.Name, rodan.Name], new[] { mothra.Name, rodan.Name }.Where(mothraHub.Online.Contains));
    }

    private static async Task UnavailableAsync(Func<Task<HttpResponseMessage>> call)
    {
        using var response = await call().WaitAsync(AnswerLimit);
        Assert.Equal("Service Unavailable", await Envelope.AssertAsync(HttpStatusCode.ServiceUnavailable, response));
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
    }

    private static async Task WorksAsync(Func<Task<HttpResponseMessage>> call) => await Eventually.TrueAsync(
        async () =>
        {
            using var response = await call();
            return response.StatusCode == HttpStatusCode.OK;
        },
        "it works again");

    private async Task DegradedAsync(string service, string dependency)
    {
        using var client = app.CreateClient(service);
        using var response = await client.GetAsync("/health").WaitAsync(AnswerLimit);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var health = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("degraded", health.GetProperty("status").GetString());
        var check = health.GetProperty("checks").EnumerateObject().Single(check => check.Name.Contains(dependency, StringComparison.OrdinalIgnoreCase));
        Assert.StartsWith("degraded: ", check.Value.GetString(), StringComparison.Ordinal);

        Assert.Equal("""{"status":"ok","checks":{"self":"ok"}}""", await client.GetStringAsync("/alive").WaitAsync(AnswerLimit));
    }

    // The empty body is refused by Accounts, behind the limit.
    private async Task<string> RegistrationLimitAsync()
    {
        using var client = app.CreateClient();
        using var response = await client.PostAsJsonAsync("/user/register", new { }).WaitAsync(AnswerLimit);
        await Envelope.AssertAsync(HttpStatusCode.BadRequest, response);
        return Assert.Single(response.Headers.GetValues("RateLimit"));
    }

    private static async Task<string[]> OnlineAsync(Person person)
    {
        using var response = await person.Http.GetAsync("/presence/online");
        return response.IsSuccessStatusCode ? Names(await response.Content.ReadFromJsonAsync<JsonElement>()) : [];
    }

    private static string[] Names(JsonElement presence) =>
        [.. presence.GetProperty("online").EnumerateArray().Select(user => user.GetString()!)];
}
