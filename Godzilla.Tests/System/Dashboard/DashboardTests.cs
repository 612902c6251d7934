using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aspire.Dashboard.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Godzilla.Tests.System.Dashboard;

/// <summary>
/// The system as <c>./godzilla run</c> starts it, and a person at its dashboard. With <c>GODZILLA_SCREENSHOTS</c> set to a folder, such as
/// <c>docs/images</c>, the pictures of the documentation are made on the way.
/// </summary>
public sealed class DashboardTests : IAsyncLifetime
{
    private const int PictureWidth = 1100;
    private const int PictureHeight = 540;

    private readonly string _data = Directory.CreateTempSubdirectory("godzilla-dashboard-").FullName;
    private ProgramProcess _system = null!;

    public Task InitializeAsync()
    {
        // What the launch profile sets; the ports are random.
        var environment = new Dictionary<string, string> { ["ASPNETCORE_URLS"] = "http://localhost:18888", ["ASPNETCORE_ENVIRONMENT"] = "Development", ["DOTNET_ENVIRONMENT"] = "Development" };
        _system = ProgramProcess.Start("../../Godzilla.AppHost", ["--DcpPublisher:RandomizePorts=true", $"--Aspire:Store:Path={_data}"], environment);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _system.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [BrowserFact]
    public async Task APersonSeesWhatFailedStartsItAgainAndFollowsAMessage()
    {
        var gateway = new Uri(await _system.LineAsync(@"(?<=All 10 resources are healthy after \S+ s: )http://\S+"));
        var login = await _system.LineAsync("(?<=Login to the dashboard at )http.*");
        await using var browser = await Browser.StartAsync(PictureWidth, PictureHeight);
        var page = browser.Page;
        await page.GotoAsync(login);
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Running" })).ToHaveCountAsync(10);

        await SeesWhatFailedAndStartsItAgainAsync(page);
        await FollowsAMessageAsync(page, gateway);
        await SeesMetricsAsync(page);
    }

    private static ILocator RowOf(IPage page, string resource) =>
        page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Link, new() { Name = resource, Exact = true }) });

    private static async Task FollowsAMessageAsync(IPage page, Uri gateway)
    {
        using var rodan = new Person(gateway, "rodan", "monster island");
        await rodan.RegisterAsync();
        using var mothra = new Person(gateway, "mothra", "monster island");
        await mothra.RegisterAsync();
        await mothra.LogInAsync();
        var discussion = await (await mothra.Http.PostAsJsonAsync("/discussion", new { users = new[] { rodan.Name }, title = "Monster Island" })).Content.ReadFromJsonAsync<JsonElement>();
        var messages = $"/discussion/{discussion.GetProperty("id").GetString()}/messages";
        (await mothra.Http.PostAsJsonAsync(messages, new[] { new { text = "Are you awake?" } })).EnsureSuccessStatusCode();

        await page.GetByRole(AriaRole.Link, new() { Name = "Traces", Exact = true }).ClickAsync();
        await page.GetByLabel("Filter by span, attribute or id").FillAsync(messages);
        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { NameRegex = new Regex("^gateway: POST.*messages") }).ClickAsync();

        // From the gateway, through Chat, to the store.
        var spans = page.GetByRole(AriaRole.Table, new() { Name = "Spans" }).GetByRole(AriaRole.Row);
        await Expect(spans.Nth(1)).ToContainTextAsync("gateway");
        await Expect(spans.Filter(new() { HasTextRegex = new Regex(@"^\W*chat\s+POST") })).ToHaveCountAsync(1);
        var insert = spans.Filter(new() { HasTextRegex = new Regex(@"chat → mongodb\s+insert chatdb\.messages") });
        await Expect(insert).ToHaveCountAsync(1);
        await insert.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Details of the span" })).ToContainTextAsync("chatdb");
        await PictureAsync(page, "dashboard-trace");
    }

    private static async Task SeesMetricsAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "Metrics", Exact = true }).ClickAsync();
        await page.GetByLabel("Resource").SelectOptionAsync(new SelectOptionValue { Label = "gateway" });
        var duration = page.GetByRole(AriaRole.Link, new() { Name = "http.server.request.duration", Exact = true });
        await Expect(duration).ToHaveAttributeAsync("href", new Regex("/metrics/resource/gateway-"));
        await duration.ClickAsync();
        await page.GetByLabel("Time").SelectOptionAsync("1");
        await Expect(page.GetByRole(AriaRole.Img)).ToHaveAttributeAsync("aria-label", new Regex(@"P50 \d.*P90 \d.*P99 \d"));
        await PictureAsync(page, "dashboard-metrics");
    }

    private static async Task PictureAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("GODZILLA_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), Animations = ScreenshotAnimations.Disabled });
        }
    }

    private async Task SeesWhatFailedAndStartsItAgainAsync(IPage page)
    {
        ProgramProcess.KillAtOnce(int.Parse(await _system.LineAsync(@"(?<=^accounts +> \S+ Running.*pid )\d+"), CultureInfo.InvariantCulture));

        var accounts = RowOf(page, "accounts");
        await Expect(accounts).ToContainTextAsync("Exited (137)");
        await Expect(accounts).ToHaveClassAsync(new Regex(@"\berror\b"));
        Assert.NotEqual(
            await RowOf(page, "chat").EvaluateAsync<string>("e => getComputedStyle(e).backgroundColor"),
            await accounts.EvaluateAsync<string>("e => getComputedStyle(e).backgroundColor"));
        await PictureAsync(page, "dashboard-resources");

        await accounts.GetByRole(AriaRole.Link, new() { Name = "Console logs of accounts" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Log)).ToContainTextAsync("It ended and is not started again. To have it back, start it in the dashboard");

        await page.GetByRole(AriaRole.Group, new() { Name = "Commands of accounts" }).GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Main)).ToContainTextAsync("Start of accounts: done");
        await page.GetByRole(AriaRole.Link, new() { Name = "Resources", Exact = true }).ClickAsync();
        await Expect(RowOf(page, "accounts").Locator(".state")).ToHaveTextAsync("Running"); // Healthy again: else it would say so.
    }
}
