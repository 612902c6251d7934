using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Godzilla.Presence.V1;
using Grpc.Net.Client;

namespace Godzilla.Tests.System;

/// <summary>Two replicas of every service, each called at its own address.</summary>
[Collection(ReplicatedSystem.Name)]
public sealed class ReplicaTests(ReplicatedApp app)
{
    private const string PresenceGrpc = "Kestrel__Endpoints__grpc__Url";

    [Fact]
    public async Task TwoGatewaysShareSessions()
    {
        var gateways = app.ReplicasOf("gateway");
        using var rodan = new Person(gateways[0], app.NewPerson("rodan").Name, "wind and fire");
        await rodan.RegisterAsync();
        await rodan.LogInAsync();
        using var elsewhere = rodan.At(gateways[1]);

        using var before = await elsewhere.Http.GetAsync("/discussion");
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        await rodan.LogOutAsync();

        await Eventually.TrueAsync(
            async () =>
            {
                using var after = await elsewhere.Http.GetAsync("/discussion");
                return after.StatusCode == HttpStatusCode.Unauthorized;
            },
            "the other gateway refuses the session");
    }

    [Fact]
    public async Task ASessionThatEndsIsRefusedAtBothGatewaysWithinASecond()
    {
        var gateways = app.ReplicasOf("gateway");
        using var here = new Person(gateways[0], app.NewPerson("rodan").Name, "monster island");
        await here.RegisterAsync();
        await here.LogInAsync();
        using var there = new Person(gateways[1], here.Name, here.Password);
        await there.LogInAsync();
        using var thereToo = there.At(gateways[0]);
        foreach (var person in new[] { there, thereToo })
        {
            using var before = await person.Http.GetAsync("/user/me"); // From now on this gateway has it in memory.
            Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        }

        var sessions = await Accounts.SessionListTests.ListAsync(here);
        using var ended = await here.SendAsync(HttpMethod.Delete, $"/user/sessions/{Accounts.SessionListTests.IdOf(sessions, current: false)}");

        var since = Stopwatch.StartNew();
        foreach (var person in new[] { there, thereToo })
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    using var after = await person.Http.GetAsync("/user/me");
                    return after.StatusCode == HttpStatusCode.Unauthorized;
                },
                "both gateways refuse the session");
        }

        Assert.InRange(since.Elapsed, TimeSpan.Zero, Slack.Second);
    }

    [Fact]
    public async Task TwoGatewaysTogetherLetOneAddressRegisterUpToTheLimit()
    {
        // On a machine so busy that Redis answers late, each gateway counts for itself: then another address tries.
        for (byte address = 66; !await TryAsync(new IPAddress([127, 0, 0, address])); address++)
        {
            Assert.InRange(address, 66, 75);
        }

        async Task<bool> TryAsync(IPAddress from)
        {
            var started = Stopwatch.GetTimestamp();

            // Accounts refuses these at once: the test is not about passwords.
            var answers = new List<(HttpStatusCode Status, string Limit)>();
            using var one = GodzillaApp.CreateClient(app.ReplicasOf("gateway")[0], from);
            using var other = GodzillaApp.CreateClient(app.ReplicasOf("gateway")[1], from);
            for (var i = 0; i < ReplicatedApp.RegistrationBurst + 50; i += 2)
            {
                var pair = await Task.WhenAll(one.PostAsJsonAsync("/user/register", new { }), other.PostAsJsonAsync("/user/register", new { }));
                answers.AddRange(pair.Select(answer => (answer.StatusCode, Assert.Single(answer.Headers.GetValues("RateLimit")))));
            }

            if (answers.Exists(answer => answer.Limit.Contains("degraded", StringComparison.Ordinal)))
            {
                return false;
            }

            var cameBack = (int)Stopwatch.GetElapsedTime(started).TotalSeconds + 1;
            var allowed = answers.Count(answer => answer.Status == HttpStatusCode.BadRequest);
            Assert.InRange(allowed, ReplicatedApp.RegistrationBurst, ReplicatedApp.RegistrationBurst + cameBack);
            Assert.Equal(answers.Count - allowed, answers.Count(answer => answer.Status == HttpStatusCode.TooManyRequests));
            return true;
        }
    }

    [Fact]
    public async Task AnApiKeyThatEndsAtOneAccountsReplicaIsGoneAtTheOther()
    {
        var replicas = app.ReplicasOf("accounts");
        using var rodan = await app.SignUpAsync("rodan");
        using var signing = new SigningHandler("gateway", "accounts", rodan.Name);
        using var accounts = new HttpClient(signing);
        using var created = await accounts.PostAsJsonAsync(new Uri(replicas[0], "/user/keys"), new { name = "k", scopes = new[] { "inference" } });
        var key = await created.Content.ReadFromJsonAsync<JsonElement>();
        var lookUp = new Uri(replicas[1], $"/keys/{Accounts.ApiKeyTests.HashIn(key)}");

        using var before = await accounts.GetAsync(lookUp);
        using var deleted = await accounts.DeleteAsync(new Uri(replicas[0], $"/user/keys/{key.GetProperty("key").GetProperty("id").GetString()}"));
        using var after = await accounts.GetAsync(lookUp);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NotFound], [before.StatusCode, deleted.StatusCode, after.StatusCode]);
    }

    [Fact]
    public async Task OfManyWhoRaceForANameInAnyCaseAtTwoAccountsReplicasOneWins()
    {
        using var signing = new SigningHandler("gateway", "accounts");
        using var accounts = new HttpClient(signing);
        var name = app.NewPerson("rodan").Name;
        string[] spellings = [name, name.ToUpperInvariant()];

        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(racer => accounts.PostAsJsonAsync(
            new Uri(app.ReplicasOf("accounts")[racer % 2], "/user/register"),
            new { username = spellings[racer / 4], password = "wind and fire" })));

        Assert.Single(responses, response => response.StatusCode == HttpStatusCode.Created);
        Assert.Equal(7, responses.Count(response => response.StatusCode == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task TwoAccountsReplicasCountTheSameFailuresAndAnUnknownNameIsNoDifferent()
    {
        using var rodan = await app.SignUpAsync("rodan");
        var replicas = app.ReplicasOf("accounts");
        foreach (var name in new[] { rodan.Name, app.NewPerson("nobody").Name })
        {
            for (var failure = 0; failure < 10; failure++)
            {
                using var wrong = await LogInAsync(name, "not the password", replicas[failure % 2], $"10.0.0.{failure}");
                Assert.Equal("Invalid credentials", await Envelope.AssertAsync(HttpStatusCode.Unauthorized, wrong));
            }

            foreach (var password in new[] { "not the password", rodan.Password })
            {
                using var refused = await LogInAsync(name, password, replicas[1], $"10.0.1.{password.Length}");
                Assert.Equal("Too many failed sign-ins", await Envelope.AssertAsync(HttpStatusCode.TooManyRequests, refused));
                Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 30, 60);
                Assert.False(refused.Headers.Contains("Set-Cookie"));
            }
        }

        // The owner's session goes on, and so do sign-ins where the owner signed in before.
        using var discussions = await rodan.Http.GetAsync("/discussion");
        Assert.Equal(HttpStatusCode.OK, discussions.StatusCode);
        await rodan.LogInAsync();
    }

    [Fact]
    public async Task TwoPresenceReplicasAgree()
    {
        var replicas = app.ReplicasOf("presence", PresenceGrpc);
        using var first = Channel(replicas[0]);
        using var second = Channel(replicas[1]);
        var (one, other) = (new PresenceService.PresenceServiceClient(first), new PresenceService.PresenceServiceClient(second));
        var connection = new UserRequest { Username = app.NewPerson("rodan").Name, ConnectionId = "c1" };

        await one.UserConnectedAsync(connection);
        await one.SetTypingAsync(new SetTypingRequest { Username = connection.Username, IsTyping = true, DiscussionId = "d1" });

        await AgreeAsync(isOnline: true);
        await other.UserDisconnectedAsync(connection);
        await AgreeAsync(isOnline: false);

        Task AgreeAsync(bool isOnline) => Eventually.TrueAsync(
            async () =>
            {
                var lists = new[] { await one.GetOnlineUsersAsync(new Empty()), await other.GetOnlineUsersAsync(new Empty()) };
                var typing = new[] { one, other }.Select(replica => replica.GetTypingUsersIn(new DiscussionRequest { DiscussionId = "d1" }));
                return lists[0].Equals(lists[1])
                    && lists[0].Usernames.Contains(connection.Username) == isOnline
                    && typing.All(answer => answer.Usernames.Contains(connection.Username) == isOnline);
            },
            $"both say {isOnline}");
    }

    [Fact]
    public async Task TwoChatReplicasNumberADiscussionWithoutGaps()
    {
        const int Posts = 40;
        using var rodan = await app.SignUpAsync("rodan");
        var discussion = await rodan.CreateDiscussionAsync();
        using var signing = new SigningHandler("gateway", "chat", rodan.Name);
        using var chat = new HttpClient(signing);
        var replicas = app.ReplicasOf("chat");

        // Each replica has four senders who post one message after the other.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async sender =>
        {
            for (var number = 0; number < Posts / 8; number++)
            {
                await PostAsync(replicas[sender % 2], $"{sender} {number}");
            }
        }));

        var history = await rodan.ReadAllAsync(discussion);
        Assert.Equal(Enumerable.Range(1, Posts).Select(seq => (long)seq), history.Select(message => message.GetProperty("seq").GetInt64()));
        Assert.Equal(Posts, history.Select(message => message.GetProperty("text").GetString()).Distinct(StringComparer.Ordinal).Count());

        // A replica may answer "busy": nothing is stored then.
        Task PostAsync(Uri replica, string text) => Eventually.TrueAsync(
            async () =>
            {
                using var response = await chat.PostAsJsonAsync(new Uri(replica, $"/discussion/{discussion}/messages"), new[] { new { text } });
                Assert.Contains(response.StatusCode, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable]);
                return response.IsSuccessStatusCode;
            },
            $"'{text}' is stored");
    }

    [Theory]
    [InlineData("gateway", "http", "ASPNETCORE_URLS")]
    [InlineData("accounts", "http", "ASPNETCORE_URLS")]
    [InlineData("chat", "http", "ASPNETCORE_URLS")]
    [InlineData("presence", "grpc", PresenceGrpc)]
    public void AReplicaHasAnAddressOfItsOwn(string service, string endpoint, string variable)
    {
        var replicas = app.ReplicasOf(service, variable);

        Assert.Equal(2, replicas.Distinct().Count());
        Assert.DoesNotContain(app.App.GetEndpoint(service, endpoint).Port, replicas.Select(replica => replica.Port));
    }

    private static async Task<HttpResponseMessage> LogInAsync(string username, string password, Uri replica, string address)
    {
        using var signing = new SigningHandler("gateway", "accounts", address: address);
        using var accounts = new HttpClient(signing);
        return await accounts.PostAsJsonAsync(new Uri(replica, "/user/login"), new { username, password });
    }

    private static GrpcChannel Channel(Uri address) => GrpcChannel.ForAddress(
        address, new GrpcChannelOptions { HttpHandler = new SigningHandler("chat", "presence"), DisposeHttpClient = true });
}
