using System.Net;
using Aspire.Hosting.Testing;
using Godzilla.ServiceDefaults.Sessions;
using StackExchange.Redis;

namespace Godzilla.Tests.Faults;

/// <summary>Any one process is killed: the others live, the app host says what died, and it can be started again.</summary>
[Collection(ImpatientSystem.Name)]
public sealed class CrashTests(ImpatientApp app)
{
    [Theory]
    [InlineData("accounts", "gateway", "/discussion")]
    [InlineData("presence", "gateway", "/discussion")]
    [InlineData("chat", "gateway", "/healthz")]
    [InlineData("redis", "gateway", "/healthz")]
    [InlineData("mongodb", "gateway", "/presence/online")]
    [InlineData("gateway", "chat", "/health")]
    public async Task TheOthersLive(string victim, string asked, string stillWorks)
    {
        using var person = await app.SignUpAsync("destoroyah");
        var others = new[] { "accounts", "presence", "chat", "redis", "mongodb", "gateway" }.Where(name => name != victim).ToDictionary(name => name, app.PidOf);

        var died = await app.KillAsync(victim);

        Assert.Equal(137, died.ExitCode);
        using var direct = app.CreateClient(asked);
        using var response = await (asked == "gateway" ? person.Http : direct).GetAsync(stillWorks);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.All(others, other => Assert.Equal(other.Value, app.PidOf(other.Key)));
        Assert.All(others.Values, pid => Assert.True(Directory.Exists($"/proc/{pid}")));

        await app.StartAgainAsync(victim);
        using var again = new Person(app.Gateway, person.Name, person.Password);
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await again.LogInAsync();
                    using var list = await again.Http.GetAsync("/presence/online");
                    return list.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            $"everything works after {victim} is started again");
    }

    [Fact]
    public async Task AKilledChatLosesNoMessageAndItsUsersGoOffline()
    {
        using var person = await app.SignUpAsync("destoroyah");
        var discussion = await person.CreateDiscussionAsync();
        await using var hub = await person.ConnectAsync();
        await hub.WaitForAsync("presence", presence => presence.GetProperty("online").EnumerateArray().Any(user => user.GetString() == person.Name));
        var receipt = await hub.InvokeAsync("Send", discussion, "goodbye", null);

        await app.KillAsync("chat");
        await hub.Closed.WaitAsync(TimeSpan.FromSeconds(20));
        await app.StartAgainAsync("chat");

        var page = await person.ReadAsync(discussion);
        Assert.Equal(receipt.GetProperty("id").GetString(), Assert.Single(page.GetProperty("messages").EnumerateArray()).GetProperty("id").GetString());
        await Eventually.TrueAsync(
            async () => !(await person.Http.GetStringAsync("/presence/online")).Contains(person.Name, StringComparison.Ordinal),
            "the lease ends");
    }

    [Fact]
    public async Task AChatThatIsAskedToEndClosesItsConnectionsFirst()
    {
        using var person = await app.SignUpAsync("destoroyah");
        await using var hub = await person.ConnectAsync();

        var ended = await app.EndAsync("chat");

        Assert.Null(await hub.Closed.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, ended.ExitCode);
        await app.StartAgainAsync("chat");
    }

    [Fact]
    public async Task AChatThatIsAskedToEndStoresWhatItHasTaken()
    {
        using var person = await app.SignUpAsync("destoroyah");
        var discussion = await person.CreateDiscussionAsync();
        await using var hub = await person.ConnectAsync();
        var sending = Enumerable.Range(0, 20).Select(number => hub.InvokeAsync("Send", discussion, $"message {number}", null)).ToList();
        await sending[0];

        var ended = await app.EndAsync("chat");

        Assert.Equal(0, ended.ExitCode);
        await Eventually.TrueAsync(() => sending.TrueForAll(send => send.IsCompleted), "each has an answer, or its connection ended");
        await app.StartAgainAsync("chat");
        var stored = (await person.ReadAllAsync(discussion)).Select(message => message.GetProperty("id").GetString()).ToHashSet();
        Assert.All(sending.Where(send => send.IsCompletedSuccessfully), send => Assert.Contains(send.Result.GetProperty("id").GetString(), stored));
    }

    [Fact]
    public async Task AnExpiredSessionClosesItsSockets()
    {
        using var person = await app.SignUpAsync("destoroyah");
        using var other = await app.SignUpAsync("destoroyah");
        await using var hub = await person.ConnectAsync();
        await using var otherHub = await other.ConnectAsync();
        using var redis = await ConnectionMultiplexer.ConnectAsync((await app.App.GetConnectionStringAsync("redis"))!);

        // Redis publishes nothing when a key expires.
        var key = SessionKeys.Session(SessionToken.IdOf(person.Token)!);
        Assert.True(await redis.GetDatabase().KeyExpireAsync(key, TimeSpan.FromMilliseconds(1)));

        await hub.Closed.WaitAsync(TimeSpan.FromSeconds(20));
        var receipt = await otherHub.InvokeAsync("Send", "lobby", "still here", null);
        Assert.True(receipt.GetProperty("seq").GetInt64() > 0);
    }

    [Theory]
    [InlineData("accounts")]
    [InlineData("chat")]
    public async Task AServiceThatHangsIsAGatewayTimeout(string victim)
    {
        using var person = await app.SignUpAsync("destoroyah");
        var pid = app.PidOf(victim);

        Signals.Freeze(pid);
        try
        {
            using var response = await (victim == "chat" ? person.Http.GetAsync("/discussion") : person.Http.PostAsync("/user/logout", content: null));
            await Envelope.AssertAsync(HttpStatusCode.GatewayTimeout, response);
            if (victim == "chat")
            {
                using var negotiation = await person.Http.PostAsync("/hubs/chat/negotiate?negotiateVersion=1", content: null);
                await Envelope.AssertAsync(HttpStatusCode.GatewayTimeout, negotiation);
            }
        }
        finally
        {
            Signals.Thaw(pid);
        }
    }
}
