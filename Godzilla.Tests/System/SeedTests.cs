using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Godzilla.Tests.System.ServiceDefaults;

namespace Godzilla.Tests.System;

/// <summary><c>seed</c>, run as its users do.</summary>
[Collection(RunningSystem.Name)]
public sealed partial class SeedTests(GodzillaApp app)
{
    [Fact]
    public async Task DemoDataIsMadeOnce()
    {
        var (code, output) = await RunAsync("Development");
        Assert.Equal((0, 3), (code, output.Count));

        foreach (var name in new[] { "demo-mothra", "demo-rodan" })
        {
            var password = Password().Match(Assert.Single(output, line => line.StartsWith($"Created {name} ", StringComparison.Ordinal))).Value;
            using var person = new Person(app.Gateway, name, password);
            await person.LogInAsync();
            var discussion = Assert.Single((await person.Http.GetFromJsonAsync<JsonElement>("/discussion")).EnumerateArray());
            Assert.Equal(10, (await person.ReadAllAsync(discussion.GetProperty("id").GetString()!)).Count);
        }

        Assert.Equal((0, "demo-mothra exists\ndemo-rodan exists"), Joined(await RunAsync("Development")));
    }

    [Fact]
    public async Task ItIsForDevelopment()
    {
        Assert.Equal(
            (1, "seed: demo data is for Development, and this is Production; --force creates it all the same"), Joined(await RunAsync("Production")));
    }

    private static (int Code, string Output) Joined((int Code, IReadOnlyCollection<string> Output) run) => (run.Code, string.Join('\n', run.Output));

    private async Task<(int Code, IReadOnlyCollection<string> Output)> RunAsync(string environment)
    {
        using var process = ServiceProcess.Start("Cli", ["seed", "--url", app.Gateway.ToString()], ("ASPNETCORE_ENVIRONMENT", environment));
        var code = await process.ExitCodeAsync();
        return (code, [.. process.Output, .. process.Errors]);
    }

    [GeneratedRegex("(?<=password )[A-Za-z0-9]{24}", RegexOptions.CultureInvariant)]
    private static partial Regex Password();
}
