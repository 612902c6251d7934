using System.Net;
using System.Net.Http.Json;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests.System.Accounts;

[Collection(RunningSystem.Name)]
public sealed class SessionTests(GodzillaApp app)
{
    [Fact]
    public async Task SigningInSetsTheCookie()
    {
        using var person = new Person(app.Gateway, $"rodan-{Guid.NewGuid():N}"[..24], "wind and fire");
        await person.RegisterAsync();

        using var response = await person.Http.PostAsJsonAsync("/user/login", new { username = person.Name, password = person.Password });

        Assert.Equal("""{"status":"success","message":"Logged in successfully"}""", await response.Content.ReadAsStringAsync());
        var cookie = Assert.Single(response.Headers.GetValues("Set-Cookie"));
        Assert.Matches("^auth_token=[0-9a-f]{64}; ", cookie);
        Assert.Equal(
            ["httponly", "max-age=86400", "path=/", "samesite=lax"],
            cookie.ToLowerInvariant().Split("; ").Skip(1).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task TheCookieIsSecureWhereTheGatewayIsAndNotBecauseAClientSaysSo()
    {
        using var person = await app.SignUpAsync("rodan");
        var credentials = new { username = person.Name, password = person.Password };

        using var claimed = new HttpRequestMessage(HttpMethod.Post, "/user/login") { Content = JsonContent.Create(credentials) };
        claimed.Headers.Add("X-Forwarded-Proto", "https");
        using var plain = await person.Http.SendAsync(claimed);
        Assert.DoesNotContain("secure", Assert.Single(plain.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);

        // As the gateway passes on what came to it over TLS.
        using var accounts = new HttpClient(new SigningHandler("gateway", "accounts")) { BaseAddress = app.App.GetEndpoint("accounts", "http") };
        using var passedOn = new HttpRequestMessage(HttpMethod.Post, "/user/login") { Content = JsonContent.Create(credentials) };
        passedOn.Headers.Add("X-Forwarded-Proto", "https");
        using var secure = await accounts.SendAsync(passedOn);
        Assert.Contains("; secure", Assert.Single(secure.Headers.GetValues("Set-Cookie")), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task WrongPasswordAndUnknownUserGetTheSameAnswer()
    {
        using var person = await app.SignUpAsync("rodan");
        using var gateway = app.CreateClient();

        using var wrong = await gateway.PostAsJsonAsync("/user/login", new { username = person.Name, password = "not it" });
        using var unknown = await gateway.PostAsJsonAsync("/user/login", new { username = $"nobody-{Guid.NewGuid():N}", password = "not it" });
        using var impossible = await gateway.PostAsJsonAsync("/user/login", new { username = "no such\nname", password = "not it" });

        foreach (var response in new[] { wrong, unknown, impossible })
        {
            Assert.Equal("Invalid credentials", await Envelope.AssertAsync(HttpStatusCode.Unauthorized, response));
            Assert.False(response.Headers.Contains("Set-Cookie"));
        }
    }

    [Fact]
    public async Task WithoutASessionThereIsNoWayIn()
    {
        using var gateway = app.CreateClient();
        foreach (var path in new[] { "/discussion", "/discussion/lobby/messages", "/presence/online", "/presence/typing", "/hubs/chat", "/hubs/chat/negotiate" })
        {
            using var response = await gateway.GetAsync(path);
            Assert.Equal("Unauthorized", await Envelope.AssertAsync(HttpStatusCode.Unauthorized, response));
        }
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("short")]
    [InlineData("*")]
    [InlineData("a%0d%0ab")]
    [InlineData("../../session:x")]
    public async Task ATokenWithoutASessionIsRefused(string token)
    {
        using var gateway = app.CreateClient();
        gateway.DefaultRequestHeaders.Add("Cookie", $"auth_token={token}");

        using var response = await gateway.GetAsync("/discussion");

        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, response);
    }

    [Fact]
    public async Task SigningOutEndsTheSessionAtOnceAndOnlyThatOne()
    {
        using var here = await app.SignUpAsync("rodan");
        using var there = new Person(app.Gateway, here.Name, here.Password);
        await there.LogInAsync();

        using var response = await here.Http.PostAsync("/user/logout", content: null);

        Assert.Equal("""{"status":"success","message":"Logged out"}""", await response.Content.ReadAsStringAsync());
        Assert.Contains("auth_token=;", Assert.Single(response.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        await here.EndedAsync();
        using var elsewhere = await there.Http.GetAsync("/discussion");
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
    }

    [Fact]
    public async Task SigningOutWithoutASessionIsNoError()
    {
        using var gateway = app.CreateClient();

        using var response = await gateway.PostAsync("/user/logout", content: null);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task SigningOutClosesTheSessionsSocketsAndOnlyThose()
    {
        using var person = await app.SignUpAsync("rodan");
        using var other = new Person(app.Gateway, person.Name, person.Password);
        await other.LogInAsync();
        await using var socket = await person.ConnectAsync();
        await using var otherSocket = await other.ConnectAsync();

        await person.LogOutAsync();

        await socket.Closed.WaitAsync(TimeSpan.FromSeconds(10));
        var receipt = await otherSocket.InvokeAsync("Send", "lobby", "still here", null);
        Assert.True(receipt.GetProperty("seq").GetInt64() > 0);
    }
}
