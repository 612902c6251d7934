using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Godzilla.Accounts.Tokens;
using Godzilla.Tests.Clients;
using MongoDB.Driver;

namespace Godzilla.Tests.System.Gateway;

/// <summary>API keys and access tokens at the gateway.</summary>
[Collection(RunningSystem.Name)]
public sealed class BearerTests(GodzillaApp app, BearerGateways gateways) : IClassFixture<BearerGateways>
{
    [Fact]
    public async Task AKeyNamesItsUserWhatItMayDoAndItsModelsAndDoesNotTravelItself()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (id, secret) = await BearerGateways.CreateKeyAsync(mothra, ["inference"], ["godzilla-mini", "org/model-2:latest"]);

        foreach (var gateway in gateways.All)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models/some/model");
            request.Headers.Add("Authorization", $"bearer {secret}");
            request.Headers.Add("Cookie", $"auth_token={mothra.Token}");
            request.Headers.Add("X-Authenticated-Scopes", "models:read root");
            using var response = await gateway.Http.SendAsync(request);

            var seen = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(
                (mothra.Name, "", id, "inference", "godzilla-mini org/model-2:latest"),
                (Text("user"), Text("session"), Text("key"), Text("scopes"), Text("models")));
            string[] headers = [.. seen.GetProperty("headers").EnumerateArray().Select(name => name.GetString()!)];
            Assert.DoesNotContain("Authorization", headers, StringComparer.OrdinalIgnoreCase);
            Assert.DoesNotContain("Cookie", headers, StringComparer.OrdinalIgnoreCase);

            string Text(string field) => seen.GetProperty(field).GetString()!;
        }
    }

    [Fact]
    public async Task AnAccessTokenNamesItsUserAndItsFamily()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var tokens = await Tokens.IssueAsync(mothra);

        foreach (var gateway in gateways.All)
        {
            using var response = await BearerGateways.SendAsync(gateway.Http, tokens.Access);
            var seen = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(mothra.Name, seen.GetProperty("user").GetString());
            Assert.Equal(tokens.Family, seen.GetProperty("key").GetString());
            Assert.Equal("inference models:read", seen.GetProperty("scopes").GetString());
            Assert.Equal("", seen.GetProperty("models").GetString());
        }
    }

    // HelixFlow let two made-up keys in where its auth service was away, and refresh tokens; and listed its models to everybody.
    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer demo-key")]
    [InlineData("Bearer valid-token")]
    [InlineData("Bearer gz_short")]
    [InlineData("Bearer gz_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.e30.")]
    [InlineData("Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6Im5vLXN1Y2gta2V5In0.e30.AAAA")]
    [InlineData("Basic bW90aHJhOnNpbGs=")]
    public async Task WhatIsNoKeyIsRefusedOnEveryRoute(string? authorization)
    {
        var requests = gateways.Inference.Requests;
        foreach (var (method, path) in new[] { ("GET", "/v1/models"), ("GET", "/v1/models/x"), ("POST", "/v1/chat/completions"), ("POST", "/v1/embeddings"), ("POST", "/v1/responses"), ("GET", "/v1/responses/x") })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }

            using var response = await gateways.First.Http.SendAsync(request);
            await OpenAIEnvelope.AssertAsync(HttpStatusCode.Unauthorized, "invalid_request_error", "invalid_api_key", response);
            Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
        }

        Assert.Equal(requests, gateways.Inference.Requests);
    }

    [Fact]
    public async Task AKeyIsTakenFromItsHeaderAloneAndOnce()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (_, secret) = await BearerGateways.CreateKeyAsync(mothra);
        using var twice = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        twice.Headers.TryAddWithoutValidation("Authorization", [$"Bearer {secret}", $"Bearer {secret}"]);

        using var inTheQuery = await gateways.First.Http.GetAsync($"/v1/models?api_key={secret}&access_token={secret}");
        using var doubled = await gateways.First.Http.SendAsync(twice);

        foreach (var response in new[] { inTheQuery, doubled })
        {
            await OpenAIEnvelope.AssertAsync(HttpStatusCode.Unauthorized, "invalid_request_error", "invalid_api_key", response);
        }
    }

    [Fact]
    public async Task ATokenThatIsChangedOrOfAnotherKindIsRefused()
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var rodan = await app.SignUpAsync("rodan");
        var (hers, his) = (await Tokens.IssueAsync(mothra), await Tokens.IssueAsync(rodan));
        var (header, claims, signature) = hers.Access.Split('.') switch { var parts => (parts[0], parts[1], parts[2]) };
        using var rsa = RSA.Create(2048);
        using var own = await OwnKeyAsync(hers.Header.GetProperty("kid").GetString()!);
        var kid = hers.Header.GetProperty("kid").GetString();
        var json = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(claims));
        var unsigned = Encode("""{"alg":"none","typ":"JWT"}""");
        var hmac = Encode($$"""{"alg":"HS256","kid":"{{kid}}","typ":"JWT"}""");
        using var keySet = app.CreateClient();
        var modulus = (await keySet.GetFromJsonAsync<JsonElement>("/.well-known/jwks.json")).GetProperty("keys")[0].GetProperty("n").GetString()!;

        foreach (var (what, token) in new[]
        {
            ("another's claims", $"{header}.{his.Access.Split('.')[1]}.{signature}"),
            ("no signature", $"{header}.{claims}."),
            ("the algorithm none", $"{unsigned}.{claims}."),
            ("signed by somebody else", Sign(header, claims, rsa)),
            ("the public key as a secret", $"{hmac}.{claims}.{Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.ASCII.GetBytes(modulus), Encoding.ASCII.GetBytes($"{hmac}.{claims}")))}"),
            ("another type", Sign(header, Encode(json.Replace("\"access\"", "\"refresh\"", StringComparison.Ordinal)), own)),
            ("over", Sign(header, Encode(json.Replace(hers.Claims.GetProperty("exp").GetRawText(), "1700000000", StringComparison.Ordinal)), own)),
            ("without end", Sign(header, Encode(json.Replace("\"exp\"", "\"exq\"", StringComparison.Ordinal)), own)),
            ("without a family", Sign(header, Encode(json.Replace("\"sid\"", "\"sod\"", StringComparison.Ordinal)), own)),
            ("another user of the same family", Sign(header, Encode(json.Replace(mothra.Name, rodan.Name, StringComparison.Ordinal)), own)),
            ("a refresh token", hers.Refresh),
        })
        {
            using var response = await BearerGateways.SendAsync(gateways.First.Http, token);
            Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, what);
        }

        foreach (var token in new[] { hers.Access, Sign(header, Encode(json.Replace("\"jti\"", "\"jto\"", StringComparison.Ordinal)), own) })
        {
            using var good = await BearerGateways.SendAsync(gateways.First.Http, token);
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        }

        static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

        static string Sign(string head, string body, RSA key) =>
            $"{head}.{body}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes($"{head}.{body}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    [Theory]
    [InlineData("AccessTokens__Issuer", "somebody-else")]
    [InlineData("AccessTokens__Audience", "something-else")]
    public async Task AGatewayTakesTheTokensOfOneIssuerForOneAudience(string key, string value)
    {
        using var mothra = await app.SignUpAsync("mothra");
        var tokens = await Tokens.IssueAsync(mothra);
        using var gateway = await gateways.StartAsync((key, value));

        using var response = await BearerGateways.SendAsync(gateway.Http, tokens.Access);

        await OpenAIEnvelope.AssertAsync(HttpStatusCode.Unauthorized, "invalid_request_error", "invalid_api_key", response);
    }

    [Fact]
    public async Task AScopeThatAKeyLacksIsForbidden()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (_, reader) = await BearerGateways.CreateKeyAsync(mothra, ["models:read"]);
        var requests = gateways.Inference.Requests;

        foreach (var (method, path) in new[] { ("POST", "/v1/chat/completions"), ("POST", "/v1/embeddings"), ("POST", "/v1/responses"), ("GET", "/v1/responses/x") })
        {
            using var response = await BearerGateways.SendAsync(gateways.First.Http, reader, path, new HttpMethod(method));
            var message = await OpenAIEnvelope.AssertAsync(HttpStatusCode.Forbidden, "permission_error", "insufficient_permissions", response);
            Assert.Contains("insufficient permissions", message, StringComparison.Ordinal);
        }

        Assert.Equal(requests, gateways.Inference.Requests);
        using var models = await BearerGateways.SendAsync(gateways.First.Http, reader);
        Assert.Equal(HttpStatusCode.OK, models.StatusCode);

        using var narrow = await app.CreateClient().PostAsJsonAsync("/auth/token", new { username = mothra.Name, password = mothra.Password, scope = "models:read" });
        using var refused = await BearerGateways.SendAsync(gateways.First.Http, (await Tokens.ReadAsync(narrow)).Access, "/v1/embeddings", HttpMethod.Post);
        await OpenAIEnvelope.AssertAsync(HttpStatusCode.Forbidden, "permission_error", "insufficient_permissions", refused);
    }

    [Fact]
    public async Task ASessionIsNoKeyAndAKeyIsNoSession()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (_, secret) = await BearerGateways.CreateKeyAsync(mothra);
        using var withSession = mothra.At(gateways.First.Address);

        using var v1 = await withSession.Http.GetAsync("/v1/models");
        using var me = await BearerGateways.SendAsync(gateways.First.Http, secret, "/user/me");
        using var keys = await BearerGateways.SendAsync(gateways.First.Http, secret, "/user/keys");

        await OpenAIEnvelope.AssertAsync(HttpStatusCode.Unauthorized, "invalid_request_error", "invalid_api_key", v1);
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, me);
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, keys);
    }

    [Fact]
    public async Task UsageTakesASessionAsWellAsAKeyAndAKeyGoesFirst()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (id, secret) = await BearerGateways.CreateKeyAsync(mothra);
        using var withSession = mothra.At(gateways.First.Address);

        using var bySession = await withSession.Http.GetAsync("/user/usage");
        using var byKey = await BearerGateways.SendAsync(gateways.First.Http, secret, "/user/usage");
        using var byBadKey = await BearerGateways.SendAsync(withSession.Http, "garbage", "/user/usage");
        using var byNeither = await gateways.First.Http.GetAsync("/user/usage");

        Assert.Equal("", (await bySession.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString());
        Assert.Equal(id, (await byKey.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString());
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, byBadKey);
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, byNeither);
    }

    // HelixFlow counted failures by the first ten characters of a token, which all tokens share: five bad ones kept everybody out.
    [Fact]
    public async Task GarbageThatLooksLikeATokenKeepsNobodyOut()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var tokens = await Tokens.IssueAsync(mothra);
        var (_, secret) = await BearerGateways.CreateKeyAsync(mothra);
        var garbage = Enumerable.Range(0, 60).Select(number => tokens.Access[..^4] + number.ToString("D4"))
            .Concat(Enumerable.Range(0, 60).Select(number => $"gz_{number:D43}"));

        var refused = await Task.WhenAll(garbage.Select(token => BearerGateways.SendAsync(gateways.First.Http, token)));

        Assert.All(refused, response => Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode));
        foreach (var token in new[] { tokens.Access, secret })
        {
            using var response = await BearerGateways.SendAsync(gateways.First.Http, token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task RequestsAreLimitedForEachKey()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (_, busy) = await BearerGateways.CreateKeyAsync(mothra);
        var (_, idle) = await BearerGateways.CreateKeyAsync(mothra);
        using var gateway = await gateways.StartAsync(("RateLimits__Requests__PerSecond", "1"), ("RateLimits__Requests__Burst", "30"));

        // An address of its own: look-ups are limited for each, over all gateways.
        using var http = GodzillaApp.CreateClient(gateway.Address, IPAddress.Parse("127.31.5.1"));
        foreach (var secret in new[] { busy, idle })
        {
            using var known = await BearerGateways.SendAsync(http, secret);
            Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => BearerGateways.SendAsync(http, busy)));

        var limited = answers.Where(response => response.StatusCode == HttpStatusCode.TooManyRequests).ToList();
        Assert.NotEmpty(limited);
        Assert.Contains(answers, response => response.StatusCode == HttpStatusCode.OK);
        await OpenAIEnvelope.AssertAsync(HttpStatusCode.TooManyRequests, "requests", "rate_limit_exceeded", limited[0]);
        Assert.NotNull(limited[0].Headers.RetryAfter);
        using var other = await BearerGateways.SendAsync(http, idle);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhileAccountsIsAwayOrHangsKnownKeysGoOnAndOthersAreToldToTryAgain(bool hangs)
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (_, known) = await BearerGateways.CreateKeyAsync(mothra);
        var (_, unknown) = await BearerGateways.CreateKeyAsync(mothra);
        var tokens = await Tokens.IssueAsync(mothra);
        await using var line = CuttableLine.To(app.App.GetEndpoint("accounts", "http"));
        using var gateway = await gateways.StartAsync(("services__accounts__http__0", line.Address.ToString()));
        using var before = await BearerGateways.SendAsync(gateway.Http, known);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        if (hangs)
        {
            line.Mute();
        }
        else
        {
            line.Cut();
        }

        using var after = await BearerGateways.SendAsync(gateway.Http, known);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        foreach (var token in new[] { unknown, tokens.Access })
        {
            using var refused = await BearerGateways.SendAsync(gateway.Http, token);
            await OpenAIEnvelope.AssertAsync(HttpStatusCode.ServiceUnavailable, "server_error", "service_unavailable", refused);
            Assert.NotNull(refused.Headers.RetryAfter);
        }
    }

    [Fact]
    public async Task WhenItWasUsedIsOnTheKeysList()
    {
        using var mothra = await app.SignUpAsync("mothra");
        var (_, secret) = await BearerGateways.CreateKeyAsync(mothra);
        using var used = await BearerGateways.SendAsync(gateways.First.Http, secret);

        var key = Assert.Single((await mothra.Http.GetFromJsonAsync<JsonElement>("/user/keys")).GetProperty("keys").EnumerateArray());

        Assert.Equal(JsonValueKind.String, key.GetProperty("last_used_at").ValueKind);
    }

    // The key that the system signs with: what only it could forge must be refused for what it says.
    private async Task<RSA> OwnKeyAsync(string name)
    {
        using var client = new MongoClient(await app.App.GetConnectionStringAsync("accountsdb"));
        var key = await client.GetDatabase("accountsdb").GetCollection<SigningKey>("signing_keys").Find(key => key.Id == name).SingleAsync();
        var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(new SigningKeyCipher(GodzillaApp.TokensSecret).Decrypt(key.Id, key.PrivateKey), out _);
        return rsa;
    }
}
