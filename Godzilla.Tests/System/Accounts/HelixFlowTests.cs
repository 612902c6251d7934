using System.Net;
using System.Net.Http.Json;
using System.Text;

namespace Godzilla.Tests.System.Accounts;

/// <summary>Where it is switched on, HelixFlow's clients are answered as by its auth service.</summary>
[Collection(RunningSystem.Name)]
public sealed class HelixFlowTests(GodzillaApp app)
{
    [Fact]
    public async Task ItsClientsRegisterSignInRefreshAndRevoke()
    {
        using var process = await AccountsProcess.StartAsync(app, [], ("Compatibility__HelixFlow", "true"));
        using var client = new HttpClient(new SigningHandler("gateway", "accounts", address: "127.0.0.7")) { BaseAddress = await process.AddressAsync() };
        var name = $"jet-{Guid.NewGuid():N}"[..24];
        var account = new { username = name, email = $"{name}@example.org", password = "eagle and jaguar", first_name = "Jet", last_name = "Jaguar", organization = "Seatopia" };

        using var registered = await client.PostAsJsonAsync("/register", account);
        using var twice = await client.PostAsJsonAsync("/register", account);
        var body = await registered.ReadAsync();
        Assert.Equal(["success", "message", "user_id"], body.EnumerateObject().Select(field => field.Name));
        Assert.True(body.GetProperty("success").GetBoolean());
        Assert.Matches("^[0-9a-f]{24}$", body.GetProperty("user_id").GetString());
        await TextAsync(HttpStatusCode.BadRequest, "Registration failed", twice);

        foreach (var email in new[] { account.email, name })
        {
            using var signedIn = await client.PostAsJsonAsync("/login", new { email, account.password });
            var tokens = await signedIn.ReadAsync();
            Assert.Equal(["access_token", "refresh_token"], tokens.EnumerateObject().Select(field => field.Name));
        }

        using var wrong = await client.PostAsJsonAsync("/login", new { account.email, password = "not it at all" });
        await TextAsync(HttpStatusCode.Unauthorized, "Authentication failed", wrong);

        using var last = await client.PostAsJsonAsync("/login", new { account.email, account.password });
        var first = await Tokens.ReadAsync(last);
        Assert.Equal((name, "access"), (first.Claims.GetProperty("username").GetString(), first.Claims.GetProperty("type").GetString()));
        using var refreshed = await client.PostAsJsonAsync("/refresh", new { refresh_token = first.Refresh });
        var second = await Tokens.ReadAsync(refreshed);
        using var asRefresh = await client.PostAsJsonAsync("/refresh", new { refresh_token = second.Access });
        await TextAsync(HttpStatusCode.Unauthorized, "Invalid refresh token", asRefresh);

        using var revoked = await client.PostAsJsonAsync("/revoke", new { token = second.Access });
        using var garbage = await client.PostAsJsonAsync("/revoke", new { token = "garbage" });
        Assert.Equal("""{"status":"success"}""", await revoked.Content.ReadAsStringAsync());
        Assert.Equal("""{"status":"success"}""", await garbage.Content.ReadAsStringAsync());
        using var ended = await client.PostAsJsonAsync("/refresh", new { refresh_token = second.Refresh });
        await TextAsync(HttpStatusCode.Unauthorized, "Invalid refresh token", ended);

        foreach (var path in new[] { "/login", "/refresh", "/revoke", "/register" })
        {
            using var content = new StringContent("{", Encoding.UTF8, "application/json");
            using var malformed = await client.PostAsync(path, content);
            await TextAsync(HttpStatusCode.BadRequest, "Invalid JSON", malformed);
        }
    }

    private static async Task TextAsync(HttpStatusCode status, string text, HttpResponseMessage response)
    {
        Assert.Equal((status, $"{text}\n", "text/plain"), (response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.MediaType));
    }
}
