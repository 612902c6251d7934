using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;

namespace Godzilla.Tests.System.Accounts;

[Collection(RunningSystem.Name)]
public sealed class AdminTests(GodzillaApp app)
{
    [Fact]
    public async Task TheRoleIsGrantedAndRevokedOnTheMachineAndCountsAtOnce()
    {
        using var admin = await app.SignUpAsync("admin");
        using var before = await admin.Http.GetAsync("/admin/users");
        await Envelope.AssertAsync(HttpStatusCode.Forbidden, before);

        Assert.Equal((0, $"{admin.Name} is an admin"), await AccountsProcess.RunAdminAsync(app, "grant", admin.Name));
        using var during = await admin.Http.GetAsync("/admin/users");
        Assert.Equal(HttpStatusCode.OK, during.StatusCode);
        Assert.Equal("admin", Assert.Single((await admin.Http.GetFromJsonAsync<JsonElement>("/user/me")).GetProperty("roles").EnumerateArray()).GetString());

        var granted = (await admin.Http.GetFromJsonAsync<JsonElement>("/user/audit")).GetProperty("entries").EnumerateArray()
            .Single(entry => entry.GetProperty("action").GetString() == "role_granted");
        Assert.Equal("admin command on the machine", granted.GetProperty("user_agent").GetString());

        Assert.Equal((0, $"{admin.Name} is no admin"), await AccountsProcess.RunAdminAsync(app, "revoke", admin.Name));
        using var after = await admin.Http.GetAsync("/admin/users");
        await Envelope.AssertAsync(HttpStatusCode.Forbidden, after);
    }

    [Fact]
    public async Task WhatCannotBeGrantedIsOneClearLine()
    {
        Assert.Equal((1, "There is no account 'nobody-at-all'"), await AccountsProcess.RunAdminAsync(app, "grant", "nobody-at-all"));
        Assert.Equal((2, "Usage: admin grant NAME | admin revoke NAME | admin invite"), await AccountsProcess.RunAdminAsync(app, "promote", "mothra"));
    }

    [Theory]
    [InlineData("GET", "/admin/users")]
    [InlineData("GET", "/admin/users/mothra")]
    [InlineData("POST", "/admin/users/mothra/disable")]
    [InlineData("POST", "/admin/users/mothra/enable")]
    [InlineData("POST", "/admin/users/mothra/require-password-change")]
    [InlineData("DELETE", "/admin/users/mothra/sessions")]
    [InlineData("GET", "/admin/audit")]
    [InlineData("GET", "/admin/invitations")]
    [InlineData("POST", "/admin/invitations")]
    [InlineData("DELETE", "/admin/invitations/0")]
    public async Task OnlyAdminsHaveThem(string method, string path)
    {
        using var mothra = await app.SignUpAsync("mothra");
        using var gateway = app.CreateClient();

        using var user = await mothra.SendAsync(new HttpMethod(method), path, method == "POST" ? new { } : null);
        using var nobody = await gateway.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        await Envelope.AssertAsync(HttpStatusCode.Forbidden, user);
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, nobody);
    }

    [Fact]
    public async Task AccountsAreListedAndSearchedPageByPage()
    {
        using var admin = await app.SignUpAdminAsync();
        var tag = Guid.NewGuid().ToString("N")[..8];
        var names = new List<string>();
        for (var number = 0; number < 3; number++)
        {
            using var person = app.NewPerson($"{number}.{tag}");
            await person.RegisterAsync();
            names.Add(person.Name);
        }

        var first = await admin.Http.GetFromJsonAsync<JsonElement>($"/admin/users?query={tag.ToUpperInvariant()}&limit=2");
        var second = await admin.Http.GetFromJsonAsync<JsonElement>($"/admin/users?query={tag}&limit=2&cursor={first.GetProperty("next_cursor").GetString()}");

        Assert.Equal(names[..2], NamesIn(first));
        Assert.Equal(names[2..], NamesIn(second));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next_cursor").ValueKind);
        foreach (var pattern in new[] { $"..{tag}", $".*{tag}", "%00" })
        {
            Assert.Empty(NamesIn(await admin.Http.GetFromJsonAsync<JsonElement>($"/admin/users?query={pattern}")));
        }

        var account = first.GetProperty("accounts")[0];
        Assert.Equal(
            ["username", "display_name", "created_at", "roles", "disabled_at", "password_change_required"], account.EnumerateObject().Select(field => field.Name));
        using var tooMany = await admin.Http.GetAsync("/admin/users?limit=201");
        await Envelope.AssertAsync(HttpStatusCode.BadRequest, tooMany);

        static IEnumerable<string?> NamesIn(JsonElement page) => page.GetProperty("accounts").EnumerateArray().Select(item => item.GetProperty("username").GetString());
    }

    [Fact]
    public async Task ADisabledAccountIsOutUntilItIsEnabled()
    {
        using var admin = await app.SignUpAdminAsync();
        using var rodan = await app.SignUpAsync("rodan");
        using var created = await rodan.SendAsync(HttpMethod.Post, "/user/keys", new { name = "reader", scopes = new[] { "models:read" } });
        var hash = ApiKeyTests.HashIn(await created.ReadAsync());

        using var disabled = await admin.SendAsync(HttpMethod.Post, $"/admin/users/{rodan.Name}/disable");

        Assert.Equal(JsonValueKind.String, (await disabled.ReadAsync()).GetProperty("account").GetProperty("disabled_at").ValueKind);
        await rodan.EndedAsync();
        using var accounts = new HttpClient(new SigningHandler("gateway", "accounts")) { BaseAddress = app.App.GetEndpoint("accounts", "http") };
        using var key = await accounts.GetAsync($"/keys/{hash}");
        await Envelope.AssertAsync(HttpStatusCode.NotFound, key);
        using var wrong = await LogInAsync(rodan, "not it at all");
        Assert.Equal("Invalid credentials", await Envelope.AssertAsync(HttpStatusCode.Unauthorized, wrong));
        using var right = await LogInAsync(rodan, rodan.Password);
        Assert.Equal("Account disabled", await Envelope.AssertAsync(HttpStatusCode.Forbidden, right));

        using var enabled = await admin.SendAsync(HttpMethod.Post, $"/admin/users/{rodan.Name}/enable");
        Assert.Equal(HttpStatusCode.OK, enabled.StatusCode);
        using var again = await rodan.AgainAsync();
    }

    [Fact]
    public async Task NobodyDisablesThemselvesOrAnUnknownAccount()
    {
        using var admin = await app.SignUpAdminAsync();

        using var self = await admin.SendAsync(HttpMethod.Post, $"/admin/users/{admin.Name}/disable");
        using var unknown = await admin.SendAsync(HttpMethod.Post, "/admin/users/nobody-at-all/disable");

        await Envelope.AssertAsync(HttpStatusCode.Conflict, self);
        Assert.Equal("Account not found", await Envelope.AssertAsync(HttpStatusCode.NotFound, unknown));
    }

    [Fact]
    public async Task ARequiredPasswordChangeEndsSessionsAndHoldsUntilThereIsAnotherPassword()
    {
        const string Next = "another long password";
        using var admin = await app.SignUpAdminAsync();
        using var rodan = await app.SignUpAsync("rodan");

        using var required = await admin.SendAsync(HttpMethod.Post, $"/admin/users/{rodan.Name}/require-password-change");

        Assert.True((await required.ReadAsync()).GetProperty("account").GetProperty("password_change_required").GetBoolean());
        await rodan.EndedAsync();
        using var without = await LogInAsync(rodan, rodan.Password);
        Assert.StartsWith("Password change required", await Envelope.AssertAsync(HttpStatusCode.Forbidden, without), StringComparison.Ordinal);
        foreach (var bad in new[] { "short", rodan.Password })
        {
            using var refused = await LogInAsync(rodan, rodan.Password, bad);
            Assert.StartsWith("new_password must be", await Envelope.AssertAsync(HttpStatusCode.BadRequest, refused), StringComparison.Ordinal);
        }

        using var wrong = await LogInAsync(rodan, "not it at all", Next);
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, wrong);
        using var changed = await LogInAsync(rodan, rodan.Password, Next);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        using var old = await LogInAsync(rodan, rodan.Password);
        await Envelope.AssertAsync(HttpStatusCode.Unauthorized, old);
        using var next = await LogInAsync(rodan, Next);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
    }

    [Fact]
    public async Task AnAdminEndsSessions()
    {
        using var admin = await app.SignUpAdminAsync();
        using var rodan = await app.SignUpAsync("rodan");

        using var ended = await admin.SendAsync(HttpMethod.Delete, $"/admin/users/{rodan.Name}/sessions");

        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
        await rodan.EndedAsync();
        using var again = await rodan.AgainAsync();
    }

    [Fact]
    public async Task AnAdminReadsTheAuditOfOneAndOfAll()
    {
        using var admin = await app.SignUpAdminAsync();
        using var rodan = await app.SignUpAsync("rodan");
        using var ended = await admin.SendAsync(HttpMethod.Delete, $"/admin/users/{rodan.Name}/sessions");

        foreach (var path in new[] { $"/admin/audit?user={rodan.Name}", "/admin/audit?limit=200" })
        {
            await Eventually.TrueAsync(
                async () => (await admin.Http.GetFromJsonAsync<JsonElement>(path)).GetProperty("entries").EnumerateArray().Any(entry =>
                    entry.GetProperty("user").GetString() == rodan.Name
                    && entry.GetProperty("action").GetString() == "sessions_ended"
                    && entry.GetProperty("by").GetString() == admin.Name),
                $"{path} has it");
        }

        // Whose account it is can see it, too.
        using var again = await rodan.AgainAsync();
        var own = await again.Http.GetFromJsonAsync<JsonElement>("/user/audit");
        Assert.Contains(own.GetProperty("entries").EnumerateArray(), entry => entry.GetProperty("by").GetString() == admin.Name);
    }

    private static Task<HttpResponseMessage> LogInAsync(Person person, string password, string? next = null) =>
        person.SendAsync(HttpMethod.Post, "/user/login", new { username = person.Name, password, new_password = next });
}
