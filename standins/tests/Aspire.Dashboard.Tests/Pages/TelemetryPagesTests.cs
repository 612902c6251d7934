using System.Globalization;
using System.Text.RegularExpressions;
using Aspire.Dashboard.Tests.Otlp;
using Google.Protobuf;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Aspire.Dashboard.Tests.Pages;

/// <summary>The pages of telemetry, of a dashboard that runs alone.</summary>
public sealed class TelemetryPagesTests : IAsyncLifetime
{
    private const string Token = "token-of-this-test";

    private readonly string _frontend = Url();
    private readonly string _http = Url();
    private ProgramProcess _process = null!;

    public async Task InitializeAsync()
    {
        _process = ProgramProcess.Start("../Aspire.Dashboard", [], new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = _frontend,
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "",
            ["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"] = _http,
            ["DASHBOARD__FRONTEND__BROWSERTOKEN"] = Token,
        });
        await _process.LineAsync("Now listening on: ");
    }

    public async Task DisposeAsync() => await _process.DisposeAsync();

    [BrowserFact]
    public async Task FromALogEntryToItsTraceAndBack()
    {
        await SendAsync("traces", Exports.Spans("gateway", Exports.Span(1, id: 1, name: "POST /messages", milliseconds: 40)));
        await SendAsync("traces", Exports.Spans("chat", Exports.Span(1, id: 2, parent: 1, name: "insert", start: 10, milliseconds: 20, isError: true)));
        await SendAsync("logs", Exports.Logs("gateway", Exports.Log("a message came", trace: 1, attributes: Exports.Attribute("Room", "Island")), Exports.Log("unrelated")));
        await using var browser = await OpenAsync("/structuredlogs");
        var page = browser.Page;

        await page.GetByRole(AriaRole.Button, new() { Name = "a message came" }).ClickAsync();
        var entry = page.GetByRole(AriaRole.Region, new() { Name = "Details of the log entry" });
        await Expect(entry).ToContainTextAsync("Island");
        await entry.GetByRole(AriaRole.Link, new() { Name = "Trace 00000000" }).ClickAsync();

        var spans = page.GetByRole(AriaRole.Table, new() { Name = "Spans" });
        await Expect(spans.GetByRole(AriaRole.Row)).ToHaveCountAsync(3);
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Details of the span" })).ToContainTextAsync("POST /messages");
        await spans.GetByRole(AriaRole.Link, new() { Name = "insert" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Details of the span" })).ToContainTextAsync("it broke");
        await Expect(spans.GetByRole(AriaRole.Img).Nth(1)).ToHaveAttributeAsync("aria-label", "from 10 ms for 20 ms");

        await spans.GetByRole(AriaRole.Button, new() { Name = "Spans below POST /messages" }).ClickAsync();
        await Expect(spans.GetByRole(AriaRole.Row)).ToHaveCountAsync(2);

        await page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Link, new() { Name = "1 log entries" }).First.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "a message came" })).ToBeVisibleAsync();
        await Expect(page.GetByText("unrelated")).ToHaveCountAsync(0);
    }

    [BrowserFact]
    public async Task NewEntriesComeByThemselvesUnlessPaused()
    {
        await using var browser = await OpenAsync("/structuredlogs");
        var page = browser.Page;
        await SendAsync("logs", Exports.Logs("web", Exports.Log("the first"), Exports.Log("a failure", severity: 17)));
        await Expect(page.GetByText("the first")).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Go on" })).ToBeVisibleAsync();
        await SendAsync("logs", Exports.Logs("web", Exports.Log("the second")));
        await page.GetByLabel("Level").SelectOptionAsync("Error");
        await Expect(page.GetByText("the first")).ToHaveCountAsync(0);
        await Expect(page.GetByText("a failure")).ToBeVisibleAsync();
        await page.GetByLabel("Level").SelectOptionAsync("Trace");
        await page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).ClickAsync();
        await Expect(page.GetByText("the second")).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task TracesAreListedAndFilteredByErrors()
    {
        await SendAsync("traces", Exports.Spans("web", Exports.Span(1, id: 1, name: "GET /good"), Exports.Span(2, id: 1, name: "GET /bad", isError: true)));
        await using var browser = await OpenAsync("/traces");
        var page = browser.Page;
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "web: GET /good" })).ToBeVisibleAsync();

        await page.GetByLabel("Errors only").CheckAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "web: GET /good" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Link, new() { Name = "web: GET /bad" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "web: GET /bad" })).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task MetricsAreDrawnSplitAndFiltered()
    {
        await SendAsync("metrics", Exports.Metrics(
            "web",
            Exports.Gauge("memory", 3, Now, Exports.Attribute("generation", "old")),
            Exports.Gauge("memory", 4, Now, Exports.Attribute("generation", "new"))));
        await using var browser = await OpenAsync("/metrics");
        var page = browser.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "memory" }).ClickAsync();

        var chart = page.GetByRole(AriaRole.Img);
        await Expect(chart).ToHaveAttributeAsync("aria-label", new Regex("^memory: (new 4|old 3) ; (old 3|new 4) $"));
        await page.GetByLabel("Split by").SelectOptionAsync("");
        await page.GetByLabel("generation", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "old" });
        await Expect(chart).ToHaveAttributeAsync("aria-label", "memory: old 3 ");
        await Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = "old" })).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task OnATelephoneNothingIsCutOff()
    {
        await SendAsync("traces", Exports.Spans("a-service-with-a-long-name", Exports.Span(1, id: 1, name: "POST /a/path/that/is/rather/long/and/has/no/break/opportunity")));
        await SendAsync("logs", Exports.Logs("web", Exports.Log(new string('x', 300), trace: 1)));
        await SendAsync("metrics", Exports.Metrics("web", Exports.Gauge("a.metric", 3, Now, Exports.Attribute("a.dimension.with.a.long.name", new string('y', 80)))));
        await using var browser = await OpenAsync("/traces", width: 375);
        var page = browser.Page;
        var trace = page.GetByRole(AriaRole.Link, new() { Name = "POST /a/path" });
        await Expect(trace).ToBeVisibleAsync();
        await IsWithinAsync(page);
        await trace.ClickAsync();
        await page.GetByRole(AriaRole.Table, new() { Name = "Spans" }).GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Details of the span" })).ToBeVisibleAsync();
        await IsWithinAsync(page);
        await page.GotoAsync($"{_frontend}/structuredlogs");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^xxx") }).ClickAsync();
        await IsWithinAsync(page);
        await page.GotoAsync($"{_frontend}/metrics");
        await page.GetByRole(AriaRole.Link, new() { Name = "a.metric" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Img)).ToBeVisibleAsync();
        await IsWithinAsync(page);
    }

    private static async Task IsWithinAsync(IPage page) => Assert.Equal("", await page.EvaluateAsync<string>(
        "document.documentElement.scrollWidth <= 375 ? '' : [...document.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > 376).map(e => e.outerHTML.slice(0, 80)).join()"));

    // A chart ends now.
    private static int Now => (int)(DateTimeOffset.UtcNow - Exports.Noon).TotalSeconds;

    private static string Url() => string.Create(CultureInfo.InvariantCulture, $"http://localhost:{ProgramProcess.FreePort()}");

    private async Task<Browser> OpenAsync(string path, int width = 1280)
    {
        var browser = await Browser.StartAsync(width);
        await browser.Page.GotoAsync($"{_frontend}/login?t={Token}&returnUrl={Uri.EscapeDataString(path)}");
        await browser.Page.GetByRole(AriaRole.Heading).First.WaitForAsync();
        return browser;
    }

    private async Task SendAsync(string signal, IMessage message)
    {
        using var client = new HttpClient();
        using var content = new ByteArrayContent(message.ToByteArray()) { Headers = { ContentType = new("application/x-protobuf") } };
        using var response = await client.PostAsync($"{_http}/v1/{signal}", content);
        response.EnsureSuccessStatusCode();
    }
}
