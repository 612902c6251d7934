using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Godzilla.ServiceDefaults.ApiKeys;
using Godzilla.ServiceDefaults.Sessions;
using StackExchange.Redis;

namespace Godzilla.Tests.System.Accounts;

[Collection(RunningSystem.Name)]
public sealed class ApiKeyTests(GodzillaApp app)
{
    [Fact]
    public async Task AKeyIsShownOnceAndListedByItsPrefix()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var end = new DateTimeOffset(2040, 1, 2, 3, 4, 5, TimeSpan.Zero);

        var created = await CreateAsync(mothra, new { name = " reader ", scopes = new[] { "models:read", "inference", "inference" }, expires_at = end });

        var secret = created.GetProperty("secret").GetString()!;
        Assert.Matches("^gz_[A-Za-z0-9_-]{43}$", secret);
        var list = await mothra.Http.GetStringAsync("/user/keys");
        Assert.DoesNotContain(secret, list, StringComparison.Ordinal);
        var key = Assert.Single(JsonDocument.Parse(list).RootElement.GetProperty("keys").EnumerateArray());
        Assert.Equal(
            ["id", "name", "prefix", "scopes", "models", "created_at", "expires_at", "last_used_at"], key.EnumerateObject().Select(field => field.Name));
        Assert.Equal("reader", key.GetProperty("name").GetString());
        Assert.Equal(secret[..10], key.GetProperty("prefix").GetString());
        Assert.Equal(["models:read", "inference"], key.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        Assert.Equal(end, key.GetProperty("expires_at").GetDateTimeOffset());
        Assert.Equal(JsonValueKind.Null, key.GetProperty("last_used_at").ValueKind);
    }

    [Fact]
    public async Task AServiceFindsAKeyByItsHashAndItsUseIsNoted()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var created = await CreateAsync(mothra, new { name = "reader", scopes = new[] { "models:read" } });
        using var accounts = Accounts();

        using var found = await accounts.GetAsync($"/keys/{HashIn(created)}");
        using var again = await accounts.GetAsync($"/keys/{HashIn(created)}");

        var key = await found.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(mothra.Name, key.GetProperty("user").GetString());
        Assert.Equal(created.GetProperty("key").GetProperty("id").GetString(), key.GetProperty("id").GetString());
        Assert.Equal(["models:read"], key.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(JsonValueKind.String, (await ListAsync(mothra)).Single().GetProperty("last_used_at").ValueKind);
        using var unknown = await accounts.GetAsync($"/keys/{new string('0', 64)}");
        await Envelope.AssertAsync(HttpStatusCode.NotFound, unknown);
    }

    [Fact]
    public async Task OnlyAServiceLooksKeysUp()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var hash = HashIn(await CreateAsync(mothra, new { name = "reader", scopes = new[] { "models:read" } }));
        using var unsigned = app.CreateClient("accounts");

        using var throughTheGateway = await mothra.Http.GetAsync($"/keys/{hash}");
        using var direct = await unsigned.GetAsync($"/keys/{hash}");

        await Envelope.AssertAsync(HttpStatusCode.NotFound, throughTheGateway);
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, direct);
    }

    [Fact]
    public async Task ADeletedKeyIsGoneAndItsEndIsPublished()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var created = await CreateAsync(mothra, new { name = "reader", scopes = new[] { "models:read" } });
        var path = $"/user/keys/{created.GetProperty("key").GetProperty("id").GetString()}";
        using var redis = await ConnectionMultiplexer.ConnectAsync((await app.App.GetConnectionStringAsync("redis"))!);
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await redis.GetSubscriber().SubscribeAsync(
            RedisChannel.Literal(SessionKeys.Ended), (channel, id) => _ = id == HashIn(created) && heard.TrySetResult());

        using var notHers = await rodan.SendAsync(HttpMethod.Delete, path);
        using var deleted = await mothra.SendAsync(HttpMethod.Delete, path);
        using var again = await mothra.SendAsync(HttpMethod.Delete, path);

        await Envelope.AssertAsync(HttpStatusCode.NotFound, notHers);
        Assert.Equal("""{"status":"success","message":"API key deleted"}""", await deleted.Content.ReadAsStringAsync());
        await Envelope.AssertAsync(HttpStatusCode.NotFound, again);
        using var accounts = Accounts();
        using var found = await accounts.GetAsync($"/keys/{HashIn(created)}");
        await Envelope.AssertAsync(HttpStatusCode.NotFound, found);
        Assert.Empty(await ListAsync(mothra));
        await heard.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task AnExpiredKeyIsNotFound()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var created = await CreateAsync(mothra, new { name = "short", scopes = new[] { "inference" }, expires_at = DateTimeOffset.UtcNow.AddSeconds(2) });
        using var accounts = Accounts();

        await Eventually.TrueAsync(
            async () =>
            {
                using var found = await accounts.GetAsync($"/keys/{HashIn(created)}");
                return found.StatusCode == HttpStatusCode.NotFound;
            },
            "the key has expired");
        Assert.Single(await ListAsync(mothra));
    }

    [Theory]
    [InlineData("""{"name":"","scopes":["inference"]}""", "name")]
    [InlineData("""{"name":"a\u0007b","scopes":["inference"]}""", "name")]
    [InlineData("""{"scopes":["inference"]}""", "name")]
    [InlineData("""{"name":"k"}""", "scopes")]
    [InlineData("""{"name":"k","scopes":[]}""", "scopes")]
    [InlineData("""{"name":"k","scopes":["inference","root"]}""", "scopes")]
    [InlineData("""{"name":"k","scopes":[null]}""", "scopes")]
    [InlineData("""{"name":"k","scopes":"inference"}""", "scopes")]
    [InlineData("""{"name":"k","scopes":["inference"],"expires_at":"2020-01-01T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"name":"k","scopes":["inference"],"expires_at":"soon"}""", "expires_at")]
    public async Task ABadKeyIsABadRequestThatNamesTheField(string body, string field)
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var response = await mothra.Http.PostAsync("/user/keys", content);

        Assert.Contains(field, await Envelope.AssertAsync(HttpStatusCode.BadRequest, response), StringComparison.Ordinal);
        Assert.Empty(await ListAsync(mothra));
    }

    [Fact]
    public async Task AUserHasNoMoreThanFiftyKeys()
    {
        using var mothra = await app.SignUpAsync("mothra");

        for (var number = 0; number < 48; number++)
        {
            await CreateAsync(mothra, new { name = $"key {number}", scopes = new[] { "inference" } });
        }

        // Each counts after it has added its own, so that of those who race fewer can win than there is room for, and never more.
        var racers = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => mothra.SendAsync(
            HttpMethod.Post, "/user/keys", new { name = $"racer {number}", scopes = new[] { "inference" } })));

        Assert.All(racers, response => Assert.Contains(response.StatusCode, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.Conflict]));
        Assert.InRange(racers.Count(response => response.IsSuccessStatusCode), 0, 2);
        Assert.Equal(48 + racers.Count(response => response.IsSuccessStatusCode), (await ListAsync(mothra)).Count);
    }

    internal static string HashIn(JsonElement created) => ApiKeyToken.IdOf(created.GetProperty("secret").GetString())!;

    private static async Task<JsonElement> CreateAsync(Person person, object body)
    {
        using var response = await person.SendAsync(HttpMethod.Post, "/user/keys", body);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(Person person) =>
        [.. (await person.Http.GetFromJsonAsync<JsonElement>("/user/keys")).GetProperty("keys").EnumerateArray()];

    private HttpClient Accounts() => new(new SigningHandler("gateway", "accounts")) { BaseAddress = app.App.GetEndpoint("accounts", "http") };
}
