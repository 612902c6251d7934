using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Tests.System.Accounts;

/// <summary>Programs sign in for tokens, and renew and end them.</summary>
[Collection(RunningSystem.Name)]
public sealed class TokenTests(GodzillaApp app)
{
    [Fact]
    public async Task AnAccessTokenIsSignedByAPublishedKeyAndSaysWhoseItIs()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var response = await mothra.Http.PostAsJsonAsync("/auth/token", new { username = mothra.Name, password = mothra.Password });

        var body = await response.ReadAsync();
        Assert.Equal(["access_token", "refresh_token", "expires_in", "scope", "token_type"], body.EnumerateObject().Select(field => field.Name));
        Assert.Equal(("Bearer", 3600), (body.GetProperty("token_type").GetString(), body.GetProperty("expires_in").GetInt32()));
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        var tokens = await Tokens.ReadAsync(response);
        var (header, claims) = (tokens.Header, tokens.Claims);
        Assert.Equal("RS256", header.GetProperty("alg").GetString());
        Assert.Equal(
            ("godzilla", "godzilla", mothra.Name, mothra.Name, "access", "inference models:read"),
            (Text("iss"), Text("aud"), Text("sub"), Text("username"), Text("type"), Text("scope")));
        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", Text("jti"));
        Assert.Equal(3600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.True(await IsSignedAsync(tokens.Access, header.GetProperty("kid").GetString()!));

        string Text(string claim) => claims.GetProperty(claim).GetString()!;
    }

    [Fact]
    public async Task AProgramSignsInByNameOrEmailInAnyCaseWithJsonOrAForm()
    {
        using var rodan = app.NewPerson("rodan");
        var email = $"{rodan.Name}@Example.org";
        using var registered = await rodan.Http.PostAsJsonAsync("/user/register", new { username = rodan.Name, password = rodan.Password, email });
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
        using var gateway = app.CreateClient();

        foreach (var fields in new Dictionary<string, string>[]
        {
            new() { ["username"] = rodan.Name, ["password"] = rodan.Password },
            new() { ["email"] = email, ["password"] = rodan.Password },
            new() { ["username"] = email.ToUpperInvariant(), ["password"] = rodan.Password },
            new() { ["grant_type"] = "password", ["username"] = email, ["password"] = rodan.Password, ["scope"] = "models:read" },
        })
        {
            using var json = await gateway.PostAsJsonAsync("/auth/token", fields);
            using var form = await gateway.PostAsync("/auth/token", new FormUrlEncodedContent(fields));

            Assert.Equal(rodan.Name, (await Tokens.ReadAsync(json)).Claims.GetProperty("sub").GetString());
            Assert.Equal(
                fields.GetValueOrDefault("scope", "inference models:read"), (await Tokens.ReadAsync(form)).Claims.GetProperty("scope").GetString());
        }

        using var browser = await gateway.PostAsJsonAsync("/user/login", new { username = email, password = rodan.Password });
        Assert.Equal(HttpStatusCode.OK, browser.StatusCode);
    }

    [Fact]
    public async Task AnEmailAddressBelongsToOneAccount()
    {
        using var rodan = app.NewPerson("rodan");
        using var gigan = app.NewPerson("gigan");
        var email = $"{rodan.Name}@example.org";
        using var first = await rodan.Http.PostAsJsonAsync("/user/register", new { username = rodan.Name, password = rodan.Password, email });
        using var second = await gigan.Http.PostAsJsonAsync("/user/register", new { username = gigan.Name, password = gigan.Password, email = email.ToUpperInvariant() });
        using var bad = await gigan.Http.PostAsJsonAsync("/user/register", new { username = gigan.Name, password = gigan.Password, email = "no address" });

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Contains("e-mail", await Envelope.AssertAsync(HttpStatusCode.Conflict, second), StringComparison.Ordinal);
        Assert.Contains("email", await Envelope.AssertAsync(HttpStatusCode.BadRequest, bad), StringComparison.Ordinal);

        // It is free again once the account is gone.
        await rodan.LogInAsync();
        using var deleted = await rodan.SendAsync(HttpMethod.Delete, "/user/me", new { password = rodan.Password });
        using var third = await gigan.Http.PostAsJsonAsync("/user/register", new { username = gigan.Name, password = gigan.Password, email });
        Assert.Equal(HttpStatusCode.Created, third.StatusCode);
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("not json", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("""{"username":7,"password":"x"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"username":"\ud800","password":"x"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"username":"nobody","password":"wrong","grant_type":"implicit"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"username":"nobody","password":"wrong","scope":"root"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"username":"nobody-at-all","password":"wrong"}""", HttpStatusCode.Unauthorized)]
    public async Task WhatIsNoSignInIsRefused(string body, HttpStatusCode status)
    {
        using var gateway = app.CreateClient();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await gateway.PostAsync("/auth/token", content);

        await Envelope.AssertAsync(status, response);
    }

    [Fact]
    public async Task ARefreshTokenIsGoodOnceAndASecondUseEndsTheFamily()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var first = await Tokens.IssueAsync(mothra);
        using var rotated = await RefreshAsync(first.Refresh);
        var second = await Tokens.ReadAsync(rotated);
        using var asGrant = await mothra.Http.PostAsJsonAsync("/auth/token", new { grant_type = "refresh_token", refresh_token = second.Refresh });
        var third = await Tokens.ReadAsync(asGrant);

        Assert.Equal(3, new HashSet<string>([first.Refresh, second.Refresh, third.Refresh], StringComparer.Ordinal).Count);
        Assert.Equal([first.Family, first.Family], [second.Family, third.Family]);
        Assert.NotEqual(first.Access, second.Access);

        using var reused = await RefreshAsync(first.Refresh);
        using var last = await RefreshAsync(third.Refresh);

        Assert.Equal("Invalid refresh token", await Envelope.AssertAsync(HttpStatusCode.Unauthorized, reused));
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, last);
        await EndedAsync(first.Family);
        await Eventually.TrueAsync(
            async () => (await mothra.Http.GetStringAsync("/user/audit")).Contains("token_reused", StringComparison.Ordinal), "the audit says so");
    }

    [Fact]
    public async Task OfManyWhoUseOneRefreshTokenAtOnceAtMostOneGetsTokensAndTheFamilyEnds()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var tokens = await Tokens.IssueAsync(mothra);

        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RefreshAsync(tokens.Refresh)));

        Assert.InRange(responses.Count(response => response.IsSuccessStatusCode), 0, 1);
        Assert.All(responses, response => Assert.Contains(response.StatusCode, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.Unauthorized]));
        await EndedAsync(tokens.Family);
    }

    [Fact]
    public async Task OnlyARefreshTokenRefreshes()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var tokens = await Tokens.IssueAsync(mothra);
        var madeUp = tokens.Refresh[..20] + new string('A', tokens.Refresh.Length - 20);

        foreach (var token in new[] { tokens.Access, madeUp, "garbage", mothra.Token, new string('x', 9000) })
        {
            using var response = await RefreshAsync(token);
            await Envelope.AssertAsync(HttpStatusCode.Unauthorized, response);
        }

        using var missing = await mothra.Http.PostAsJsonAsync("/auth/refresh", new { });
        await Envelope.AssertAsync(HttpStatusCode.BadRequest, missing);

        // A made-up token of this family has not ended it.
        using var refreshed = await RefreshAsync(tokens.Refresh);
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RevokingEitherTokenEndsBothAndGarbageIsNoError(bool isRefresh)
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (ended, other) = (await Tokens.IssueAsync(mothra), await Tokens.IssueAsync(mothra));
        using var gateway = app.CreateClient();

        using var revoked = await gateway.PostAsync(
            "/auth/revoke", new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = isRefresh ? ended.Refresh : ended.Access }));
        using var again = await gateway.PostAsJsonAsync("/auth/revoke", new { token = ended.Refresh });
        using var garbage = await gateway.PostAsJsonAsync("/auth/revoke", new { token = "garbage" });
        using var empty = await gateway.PostAsJsonAsync("/auth/revoke", new { token = "" });

        Assert.All([revoked, again, garbage], response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        await Envelope.AssertAsync(HttpStatusCode.BadRequest, empty);
        using var refused = await RefreshAsync(ended.Refresh);
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, refused);
        using var goesOn = await RefreshAsync(other.Refresh);
        Assert.Equal(HttpStatusCode.OK, goesOn.StatusCode);
    }

    // A token is a bearer's: who has only read its id, or signs it themselves, ends nothing.
    [Fact]
    public async Task ATokenThatSomebodyElseSignedRevokesNothing()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var tokens = await Tokens.IssueAsync(mothra);
        using var rsa = RSA.Create(2048);
        var parts = tokens.Access.Split('.');
        var signature = rsa.SignData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        using var revoked = await mothra.Http.PostAsJsonAsync("/auth/revoke", new { token = $"{parts[0]}.{parts[1]}.{Base64Url.EncodeToString(signature)}" });

        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        using var goesOn = await RefreshAsync(tokens.Refresh);
        Assert.Equal(HttpStatusCode.OK, goesOn.StatusCode);
    }

    [Fact]
    public async Task AnotherPasswordEndsAllFamiliesAndSoDoesADeletedAccount()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var before = await Tokens.IssueAsync(mothra);
        using var changed = await mothra.SendAsync(HttpMethod.Post, "/user/password", new { current_password = mothra.Password, new_password = "another password" });
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        await EndedAsync(before.Family);
        using var refused = await RefreshAsync(before.Refresh);
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, refused);

        using var again = await mothra.Http.PostAsJsonAsync("/auth/token", new { username = mothra.Name, password = "another password" });
        var after = await Tokens.ReadAsync(again);
        using var deleted = await mothra.SendAsync(HttpMethod.Delete, "/user/me", new { password = "another password" });
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        await EndedAsync(after.Family);
    }

    [Fact]
    public async Task ADisabledAccountHasNoTokensAndGetsNone()
    {
        using var admin = await app.SignUpAdminAsync();
        using var mothra = await app.SignUpAsync("mothra");
        var tokens = await Tokens.IssueAsync(mothra);

        using var disabled = await admin.SendAsync(HttpMethod.Post, $"/admin/users/{mothra.Name}/disable");
        Assert.Equal(HttpStatusCode.OK, disabled.StatusCode);

        await EndedAsync(tokens.Family);
        using var refused = await RefreshAsync(tokens.Refresh);
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, refused);
        using var response = await mothra.Http.PostAsJsonAsync("/auth/token", new { username = mothra.Name, password = mothra.Password });
        await Envelope.AssertAsync(HttpStatusCode.Forbidden, response);
    }

    [Fact]
    public async Task ProgramsAreListedAndEndedOneByOneOrWithAllSessions()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var (first, second) = (await Tokens.IssueAsync(mothra), await Tokens.IssueAsync(mothra));

        var list = await mothra.Http.GetFromJsonAsync<JsonElement>("/user/programs");
        Assert.Equal([second.Family, first.Family], list.GetProperty("programs").EnumerateArray().Select(program => program.GetProperty("id").GetString()));
        using var notHers = await rodan.SendAsync(HttpMethod.Delete, $"/user/programs/{first.Family}");
        await Envelope.AssertAsync(HttpStatusCode.NotFound, notHers);

        using var ended = await mothra.SendAsync(HttpMethod.Delete, $"/user/programs/{first.Family}");
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        await EndedAsync(first.Family);
        using var all = await mothra.SendAsync(HttpMethod.Delete, "/user/sessions");
        Assert.Equal("Sessions ended: 1", (await all.ReadAsync()).GetProperty("message").GetString());
        await EndedAsync(second.Family);
    }

    [Fact]
    public async Task WrongPasswordsAreCountedTogetherWithThoseOfSignIns()
    {
        using var mothra = app.NewPerson("mothra");
        await mothra.RegisterAsync();
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var path = attempt % 2 == 0 ? "/auth/token" : "/user/login";
            using var wrong = await mothra.Http.PostAsJsonAsync(path, new { username = mothra.Name, password = $"wrong {attempt}" });
            await Envelope.AssertAsync(HttpStatusCode.Unauthorized, wrong);
        }

        using var refused = await mothra.Http.PostAsJsonAsync("/auth/token", new { username = mothra.Name, password = mothra.Password });

        await Envelope.AssertAsync(HttpStatusCode.TooManyRequests, refused);
        Assert.NotNull(refused.Headers.RetryAfter);
    }

    [Fact]
    public async Task AllReplicasSignWithTheSameKeysAndTheDatabaseHasNoneInTheClear()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var process = await AccountsProcess.StartAsync(app, []);
        using var other = new HttpClient(new SigningHandler("gateway", "accounts")) { BaseAddress = await process.AddressAsync() };

        using var response = await other.PostAsJsonAsync("/auth/token", new { username = mothra.Name, password = mothra.Password });
        var tokens = await Tokens.ReadAsync(response);

        Assert.True(await IsSignedAsync(tokens.Access, tokens.Header.GetProperty("kid").GetString()!));
        using var gateway = app.CreateClient();
        Assert.Equal(await gateway.GetStringAsync("/.well-known/jwks.json"), await other.GetStringAsync("/.well-known/jwks.json"));
        using var refreshed = await RefreshAsync(tokens.Refresh);
        Assert.Equal(HttpStatusCode.OK, refreshed.StatusCode);

        using var client = new MongoClient(await app.App.GetConnectionStringAsync("accountsdb"));
        var keys = await client.GetDatabase("accountsdb").GetCollection<BsonDocument>("signing_keys").Find(FilterDefinition<BsonDocument>.Empty).ToListAsync();
        Assert.NotEmpty(keys);
        using var rsa = RSA.Create();
        Assert.All(keys, key => Assert.Throws<CryptographicException>(() => rsa.ImportPkcs8PrivateKey(key["private_key"].AsByteArray, out _)));
        var families = await client.GetDatabase("accountsdb").GetCollection<BsonDocument>("token_families").Find(FilterDefinition<BsonDocument>.Empty).ToListAsync();
        Assert.All(families, family => Assert.DoesNotContain("gzr_", family.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoLogHasAPasswordOrAToken()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var tokens = await Tokens.IssueAsync(mothra);
        using var refreshed = await RefreshAsync(tokens.Refresh);
        var next = await Tokens.ReadAsync(refreshed);
        using var wrong = await mothra.Http.PostAsJsonAsync("/auth/token", new { username = mothra.Name, password = $"{mothra.Password}-wrong" });
        using var revoked = await mothra.Http.PostAsJsonAsync("/auth/revoke", new { token = next.Access });

        // The access log says that all of it is done.
        await Eventually.TrueAsync(
            () => app.Logs.LinesOf("gateway").Any(line => line.Contains("/auth/revoke", StringComparison.Ordinal)), "the gateway has logged it");
        foreach (var line in app.Logs.LinesOf("gateway").Concat(app.Logs.LinesOf("accounts")))
        {
            foreach (var secret in new[] { mothra.Password, tokens.Access, tokens.Refresh, next.Access, next.Refresh, "pbkdf2", "$argon2" })
            {
                Assert.DoesNotContain(secret, line, StringComparison.OrdinalIgnoreCase);
            }
        }
    }

    [Fact]
    public async Task WhatIsForServicesAloneIsNoRoute()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var tokens = await Tokens.IssueAsync(mothra);
        using var unsigned = app.CreateClient("accounts");

        using var throughTheGateway = await mothra.Http.GetAsync($"/token-families/{tokens.Family}");
        using var direct = await unsigned.GetAsync($"/token-families/{tokens.Family}");
        using var issue = await unsigned.PostAsJsonAsync("/auth/token", new { username = mothra.Name, password = mothra.Password });
        using var revoke = await unsigned.PostAsJsonAsync("/auth/revoke", new { token = tokens.Refresh });

        await Envelope.AssertAsync(HttpStatusCode.NotFound, throughTheGateway);
        foreach (var response in new[] { direct, issue, revoke })
        {
            await Envelope.AssertAsync(HttpStatusCode.Unauthorized, response);
        }
    }

    [Theory]
    [InlineData("/login")]
    [InlineData("/refresh")]
    [InlineData("/revoke")]
    [InlineData("/register")]
    public async Task HelixFlowsPathsAreNothingUnlessTheyAreSwitchedOn(string path)
    {
        using var gateway = app.CreateClient();
        using var response = await gateway.PostAsJsonAsync(path, new { username = "mothra", password = "silk and wings", token = "x", refresh_token = "x" });

        await Envelope.AssertAsync(HttpStatusCode.NotFound, response);
    }

    private Task<HttpResponseMessage> RefreshAsync(string token) => app.CreateClient().PostAsJsonAsync("/auth/refresh", new { refresh_token = token });

    // As any service would check it that knows nothing of ours but the key set.
    private async Task<bool> IsSignedAsync(string token, string name)
    {
        using var gateway = app.CreateClient();
        var set = await gateway.GetFromJsonAsync<JsonElement>("/.well-known/jwks.json");
        var key = set.GetProperty("keys").EnumerateArray().Single(key => key.GetProperty("kid").GetString() == name);
        Assert.Equal(("RSA", "sig", "RS256"), (key.GetProperty("kty").GetString(), key.GetProperty("use").GetString(), key.GetProperty("alg").GetString()));
        Assert.Equal(["kty", "use", "alg", "kid", "n", "e"], key.EnumerateObject().Select(field => field.Name));
        using var rsa = RSA.Create(new RSAParameters
        {
            Modulus = Base64Url.DecodeFromChars(key.GetProperty("n").GetString()),
            Exponent = Base64Url.DecodeFromChars(key.GetProperty("e").GetString()),
        });
        Assert.True(rsa.KeySize >= 2048);
        var end = token.LastIndexOf('.');
        return rsa.VerifyData(Encoding.ASCII.GetBytes(token[..end]), Base64Url.DecodeFromChars(token.AsSpan(end + 1)), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    private async Task EndedAsync(string family)
    {
        using var accounts = new HttpClient(new SigningHandler("gateway", "accounts")) { BaseAddress = app.App.GetEndpoint("accounts", "http") };
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await accounts.GetAsync($"/token-families/{family}");
                return response.StatusCode == HttpStatusCode.NotFound;
            },
            "the family has ended");
    }
}
