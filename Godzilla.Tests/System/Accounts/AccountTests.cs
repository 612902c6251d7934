using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Godzilla.ServiceDefaults.Identity;
using StackExchange.Redis;

namespace Godzilla.Tests.System.Accounts;

[Collection(RunningSystem.Name)]
public sealed class AccountTests(GodzillaApp app)
{
    [Fact]
    public async Task AnAccountShowsWhoItIs()
    {
        using var mothra = await app.SignUpAsync("mothra");

        var me = await mothra.Http.GetFromJsonAsync<JsonElement>("/user/me");

        Assert.Equal(
            ["status", "message", "username", "email", "display_name", "created_at", "roles"], me.EnumerateObject().Select(field => field.Name));
        Assert.Equal(mothra.Name, me.GetProperty("username").GetString());
        Assert.Equal(JsonValueKind.Null, me.GetProperty("display_name").ValueKind);
        Assert.InRange(me.GetProperty("created_at").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow);
        Assert.Empty(me.GetProperty("roles").EnumerateArray());
    }

    [Fact]
    public async Task ADisplayNameIsSetTrimmedAndRemoved()
    {
        using var mothra = await app.SignUpAsync("mothra");

        Assert.Equal("Mothra, queen 🦋", await ChangeAsync("  Mothra, queen 🦋 "));
        Assert.Equal("Mothra, queen 🦋", await DisplayNameAsync());
        Assert.Null(await ChangeAsync(null));
        Assert.Null(await DisplayNameAsync());

        async Task<string?> ChangeAsync(string? name)
        {
            using var response = await mothra.SendAsync(HttpMethod.Patch, "/user/me", new { display_name = name });
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("display_name").GetString();
        }

        async Task<string?> DisplayNameAsync() =>
            (await mothra.Http.GetFromJsonAsync<JsonElement>("/user/me")).GetProperty("display_name").GetString();
    }

    [Fact]
    public async Task OthersAreToldADisplayName()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var nobody = app.NewPerson("gamera").Name;
        using var changed = await mothra.SendAsync(HttpMethod.Patch, "/user/me", new { display_name = "Queen of moths" });

        var users = (await rodan.Http.GetFromJsonAsync<JsonElement>($"/users?name={nobody}&name={mothra.Name}&name={rodan.Name}")).GetProperty("users");

        Assert.Equal([nobody, mothra.Name, rodan.Name], users.EnumerateArray().Select(user => user.GetProperty("username").GetString()));
        Assert.Equal([null, "Queen of moths", null], users.EnumerateArray().Select(user => user.GetProperty("display_name").GetString()));
        Assert.All(users.EnumerateArray(), user => Assert.Equal(2, user.EnumerateObject().Count()));
        foreach (var query in new[] { "", "?name=", "?name=a%20b", $"?{string.Join('&', Enumerable.Repeat("name=a", 101))}" })
        {
            using var refused = await rodan.Http.GetAsync($"/users{query}");
            await Envelope.AssertAsync(HttpStatusCode.BadRequest, refused);
        }
    }

    [Theory]
    [InlineData("""{"display_name":""}""")]
    [InlineData("""{"display_name":"   "}""")]
    [InlineData("""{"display_name":"0123456789012345678901234567890123456789012345678901234567890123x"}""")]
    [InlineData("""{"display_name":"a\u0000b"}""")]
    [InlineData("""{"display_name":"a\nb"}""")]
    [InlineData("""{"display_name":"\ud800"}""")]
    [InlineData("""{"display_name":7}""")]
    [InlineData("""{"display_name":["Mothra"]}""")]
    [InlineData("{}")]
    public async Task AnotherDisplayNameIsABadRequestThatNamesTheField(string body)
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await mothra.Http.PatchAsync("/user/me", content);

        Assert.Contains("display_name", await Envelope.AssertAsync(HttpStatusCode.BadRequest, response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnExportHoldsEverythingAndNoSecret()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var key = await mothra.SendAsync(HttpMethod.Post, "/user/keys", new { name = "reader", scopes = new[] { "models:read" } });
        var secret = (await key.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;

        string text = "";
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await mothra.Http.GetAsync("/user/me/export");
                Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
                text = await response.Content.ReadAsStringAsync();
                return text.Contains("\"key_created\"", StringComparison.Ordinal);
            },
            "the audit has arrived");

        var export = JsonDocument.Parse(text).RootElement;
        Assert.Equal(mothra.Name, export.GetProperty("username").GetString());
        Assert.True(Assert.Single(export.GetProperty("sessions").EnumerateArray()).GetProperty("current").GetBoolean());
        Assert.Equal("reader", Assert.Single(export.GetProperty("keys").EnumerateArray()).GetProperty("name").GetString());
        Assert.Contains(export.GetProperty("audit").EnumerateArray(), entry => entry.GetProperty("action").GetString() == "registered");
        Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain("hash", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"password\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAccountIsDeletedWithItsPasswordOnly()
    {
        using var mothra = await app.SignUpAsync("mothra");

        using var wrong = await mothra.SendAsync(HttpMethod.Delete, "/user/me", new { password = "not it at all" });
        using var missing = await mothra.SendAsync(HttpMethod.Delete, "/user/me", new { });

        Assert.Equal("Wrong password", await Envelope.AssertAsync(HttpStatusCode.Forbidden, wrong));
        await Envelope.AssertAsync(HttpStatusCode.BadRequest, missing);
        using var me = await mothra.Http.GetAsync("/user/me");
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
    }

    [Fact]
    public async Task ADeletedAccountIsUnknownAndItsNameStaysTaken()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var elsewhere = await mothra.AgainAsync();
        using var accounts = new HttpClient(new SigningHandler("gateway", "accounts")) { BaseAddress = app.App.GetEndpoint("accounts", "http") };
        using var created = await mothra.SendAsync(HttpMethod.Post, "/user/keys", new { name = "reader", scopes = new[] { "models:read" } });
        var hash = ApiKeyTests.HashIn(await created.Content.ReadFromJsonAsync<JsonElement>());
        using var redis = await ConnectionMultiplexer.ConnectAsync((await app.App.GetConnectionStringAsync("redis"))!);
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await redis.GetSubscriber().SubscribeAsync(
            RedisChannel.Literal(UserEvents.Deleted), (channel, name) => _ = name == mothra.Name && heard.TrySetResult());

        using var deleted = await mothra.SendAsync(HttpMethod.Delete, "/user/me", new { password = mothra.Password });

        Assert.Equal("""{"status":"success","message":"Account deleted"}""", await deleted.Content.ReadAsStringAsync());
        foreach (var session in new[] { mothra, elsewhere })
        {
            await session.EndedAsync();
        }

        using var key = await accounts.GetAsync($"/keys/{hash}");
        await Envelope.AssertAsync(HttpStatusCode.NotFound, key);
        using var login = await mothra.SendAsync(HttpMethod.Post, "/user/login", new { username = mothra.Name, password = mothra.Password });
        Assert.Equal("Invalid credentials", await Envelope.AssertAsync(HttpStatusCode.Unauthorized, login));
        using var register = await mothra.SendAsync(HttpMethod.Post, "/user/register", new { username = mothra.Name, password = mothra.Password });
        Assert.Equal("Username already exists", await Envelope.AssertAsync(HttpStatusCode.Conflict, register));
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task DeletingAgainIsNoError()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var first = await mothra.SendAsync(HttpMethod.Delete, "/user/me", new { password = mothra.Password });

        // As a retry comes to another replica, whose gateway has not heard of the end of the session yet.
        using var accounts = new HttpClient(new SigningHandler("gateway", "accounts", mothra.Name)) { BaseAddress = app.App.GetEndpoint("accounts", "http") };
        using var retry = new HttpRequestMessage(HttpMethod.Delete, "/user/me") { Content = JsonContent.Create(new { password = mothra.Password }) };
        using var second = await accounts.SendAsync(retry);

        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
    }

    [Fact]
    public async Task AnotherPasswordEndsTheOtherSessions()
    {
        const string Next = "another long password";
        using var mothra = await app.SignUpAsync("mothra");
        using var elsewhere = await mothra.AgainAsync();

        using var changed = await mothra.SendAsync(
            HttpMethod.Post, "/user/password", new { current_password = mothra.Password, new_password = Next });

        Assert.Equal("""{"status":"success","message":"Password changed"}""", await changed.Content.ReadAsStringAsync());
        using var here = await mothra.Http.GetAsync("/user/me");
        Assert.Equal(HttpStatusCode.OK, here.StatusCode);
        await elsewhere.EndedAsync();
        using var gateway = app.CreateClient();
        using var old = await gateway.PostAsJsonAsync("/user/login", new { username = mothra.Name, password = mothra.Password });
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, old);
        using var next = await gateway.PostAsJsonAsync("/user/login", new { username = mothra.Name, password = Next });
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Theory]
    [InlineData("not it at all", "another long password", HttpStatusCode.Forbidden, "Wrong password")]
    [InlineData(null, "another long password", HttpStatusCode.BadRequest, "current_password and new_password are required")]
    [InlineData("not it at all", "short", HttpStatusCode.BadRequest, "new_password must be 8 to 128 characters")]
    public async Task AnotherPasswordNeedsTheCurrentOneAndTheRule(string? current, string next, HttpStatusCode status, string message)
    {
        using var mothra = await app.SignUpAsync("mothra");

        using var response = await mothra.SendAsync(HttpMethod.Post, "/user/password", new { current_password = current, new_password = next });

        Assert.Equal(message, await Envelope.AssertAsync(status, response));
        using var again = await mothra.AgainAsync();
    }

    [Fact]
    public async Task OfTwoWhoChangeThePasswordAtOnceOneDoes()
    {
        using var mothra = await app.SignUpAsync("mothra");

        var responses = await Task.WhenAll(Enumerable.Range(0, 4).Select(racer => mothra.SendAsync(
            HttpMethod.Post, "/user/password", new { current_password = mothra.Password, new_password = $"password of racer {racer}" })));

        var winner = Assert.Single(Enumerable.Range(0, 4), racer => responses[racer].IsSuccessStatusCode);
        using var gateway = app.CreateClient();
        using var login = await gateway.PostAsJsonAsync("/user/login", new { username = mothra.Name, password = $"password of racer {winner}" });
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
    }
}
