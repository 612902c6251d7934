using System.Net;
using System.Net.Http.Json;

namespace Godzilla.Tests.System.Accounts;

[Collection(RunningSystem.Name)]
public sealed class RegistrationModeTests(GodzillaApp app)
{
    private const string Password = "monster island";

    [Fact]
    public async Task WhereItIsClosedNobodyRegisters()
    {
        using var closed = await AccountsProcess.StartAsync(app, [], ("Registration__Mode", "closed"));
        using var accounts = await ConnectAsync(await closed.AddressAsync());

        using var response = await RegisterAsync(accounts, NewName(), code: null);

        Assert.Equal("Registration is closed", await Envelope.AssertAsync(HttpStatusCode.Forbidden, response));
    }

    [Fact]
    public async Task AnInvitationIsGoodForOneAccount()
    {
        using var process = await AccountsProcess.StartAsync(app, [], ("Registration__Mode", "invite"));
        using var accounts = await ConnectAsync(await process.AddressAsync());
        using var admin = await app.SignUpAdminAsync();
        using var created = await admin.Http.PostAsync("/admin/invitations", content: null);
        var code = (await created.ReadAsync()).GetProperty("code").GetString()!;
        using var taken = app.NewPerson("mothra");
        await taken.RegisterAsync();

        foreach (var bad in new[] { null, "", "not a code" })
        {
            using var refused = await RegisterAsync(accounts, NewName(), bad);
            await Envelope.AssertAsync(HttpStatusCode.Forbidden, refused);
        }

        // A registration that fails does not use it up.
        using var conflict = await RegisterAsync(accounts, taken.Name, code);
        await Envelope.AssertAsync(HttpStatusCode.Conflict, conflict);
        var racers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RegisterAsync(accounts, NewName(), code)));
        Assert.Single(racers, response => response.StatusCode == HttpStatusCode.Created);
        Assert.Equal(5, racers.Count(response => response.StatusCode == HttpStatusCode.Forbidden));

        // Nor does the winner give it back by trying again.
        var invitation = (await (await admin.Http.GetAsync("/admin/invitations")).ReadAsync()).GetProperty("invitations").EnumerateArray()
            .Single(item => item.GetProperty("created_by").GetString() == admin.Name);
        using var again = await RegisterAsync(accounts, invitation.GetProperty("used_by").GetString()!, code);
        await Envelope.AssertAsync(HttpStatusCode.Conflict, again);
        using var another = await RegisterAsync(accounts, NewName(), code);
        await Envelope.AssertAsync(HttpStatusCode.Forbidden, another);
    }

    [Fact]
    public async Task AnInvitationIsDeletedOrExpires()
    {
        using var process = await AccountsProcess.StartAsync(app, [], ("Registration__Mode", "invite"));
        using var accounts = await ConnectAsync(await process.AddressAsync());
        using var admin = await app.SignUpAdminAsync();
        using var created = await admin.SendAsync(HttpMethod.Post, "/admin/invitations", new { });
        var invitation = await created.ReadAsync();

        using var deleted = await admin.SendAsync(
            HttpMethod.Delete, $"/admin/invitations/{invitation.GetProperty("invitation").GetProperty("id").GetString()}");
        Assert.Equal(HttpStatusCode.OK, deleted.StatusCode);
        using var refused = await RegisterAsync(accounts, NewName(), invitation.GetProperty("code").GetString());
        await Envelope.AssertAsync(HttpStatusCode.Forbidden, refused);

        // One that has just expired, which the store has not deleted yet.
        var end = DateTimeOffset.UtcNow.AddSeconds(1);
        using var brief = await admin.SendAsync(HttpMethod.Post, "/admin/invitations", new { expires_at = end });
        await Eventually.TrueAsync(() => DateTimeOffset.UtcNow > end, "it has expired");
        using var late = await RegisterAsync(accounts, NewName(), (await brief.ReadAsync()).GetProperty("code").GetString());
        await Envelope.AssertAsync(HttpStatusCode.Forbidden, late);
        using var past = await admin.SendAsync(HttpMethod.Post, "/admin/invitations", new { expires_at = end });
        await Envelope.AssertAsync(HttpStatusCode.BadRequest, past);
    }

    [Fact]
    public async Task TheFirstInvitationComesFromTheMachine()
    {
        using var process = await AccountsProcess.StartAsync(app, [], ("Registration__Mode", "invite"));
        using var accounts = await ConnectAsync(await process.AddressAsync());

        var (exit, code) = await AccountsProcess.RunAdminAsync(app, "invite");

        Assert.Equal(0, exit);
        using var response = await RegisterAsync(accounts, NewName(), code);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    private string NewName()
    {
        using var person = app.NewPerson("mothra");
        return person.Name;
    }

    private static Task<HttpResponseMessage> RegisterAsync(HttpClient accounts, string username, string? code) =>
        accounts.PostAsJsonAsync("/user/register", new { username, password = Password, invitation = code });

    private static async Task<HttpClient> ConnectAsync(Uri address)
    {
        var client = new HttpClient(new SigningHandler("gateway", "accounts")) { BaseAddress = address };
        await Eventually.TrueAsync(
            async () =>
            {
                using var health = await client.GetAsync("/health");
                return health.IsSuccessStatusCode;
            },
            "accounts is ready");
        return client;
    }
}
