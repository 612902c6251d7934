using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Godzilla.Tests.System.ServiceDefaults;

namespace Godzilla.Tests.System.Accounts;

/// <summary>A further Accounts process on the stores of a running system, with other options or with arguments.</summary>
internal static class AccountsProcess
{
    public static async Task<ServiceProcess> StartAsync(GodzillaApp app, string[] arguments, params (string Key, string Value)[] variables) =>
        ServiceProcess.Start(
            "Accounts",
            arguments,
            [
                ("ConnectionStrings__redis", (await app.App.GetConnectionStringAsync("redis"))!),
                ("ConnectionStrings__accountsdb", (await app.App.GetConnectionStringAsync("accountsdb"))!),
                ("Identity__Service", "accounts"),
                ("Identity__Callers__gateway__Key", GodzillaApp.KeyOf("gateway", "accounts")),
                ("Tokens__Secret", GodzillaApp.TokensSecret),
                .. variables,
            ]);

    /// <summary>Runs <c>admin</c> as an operator does on the machine.</summary>
    /// <returns>The exit code, and what it wrote.</returns>
    public static async Task<(int Code, string Output)> RunAdminAsync(GodzillaApp app, params string[] arguments)
    {
        using var process = await StartAsync(app, ["admin", .. arguments]);
        var code = await process.ExitCodeAsync();
        return (code, string.Join('\n', process.Output.Concat(process.Errors)));
    }

    /// <summary>Registers somebody new, signs them in and makes them an admin.</summary>
    public static async Task<Person> SignUpAdminAsync(this GodzillaApp app)
    {
        var admin = await app.SignUpAsync("admin");
        Assert.Equal((0, $"{admin.Name} is an admin"), await RunAdminAsync(app, "grant", admin.Name));
        return admin;
    }

    public static async Task<JsonElement> ReadAsync(this HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
