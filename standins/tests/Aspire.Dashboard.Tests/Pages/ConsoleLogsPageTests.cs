using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Aspire.Dashboard.Tests.Pages;

[Collection(SharedRun.Name)]
public sealed class ConsoleLogsPageTests(AppHostRun run)
{
    [BrowserFact]
    public async Task LinesAreShownAsTheyAreWritten()
    {
        await using var browser = await Browser.StartAsync();
        var page = browser.Page;
        await page.GotoAsync(run.Login.ToString());
        await page.RowOf("talker").GetByRole(AriaRole.Link, new() { Name = "Console logs of talker" }).ClickAsync();

        var lines = page.GetByRole(AriaRole.Log);
        await Expect(lines).ToContainTextAsync("tick 1");
        await Expect(lines).ToContainTextAsync("tick 4"); // It was not there when the page was opened, or comes with what was.
        await Expect(lines.Locator(".error").First).ToContainTextAsync("a complaint");
        await Expect(lines).ToContainTextAsync("in red");
        await Expect(lines).Not.ToContainTextAsync("[31m");
    }

    [BrowserFact]
    public async Task AllResourcesTogetherAreFilteredAndDownloaded()
    {
        await using var browser = await Browser.StartAsync();
        var page = browser.Page;
        await page.GotoAsync(run.Login.ToString());
        await page.GetByRole(AriaRole.Link, new() { Name = "Console" }).First.ClickAsync();
        var lines = page.GetByRole(AriaRole.Log);
        await Expect(lines).ToContainTextAsync("tick 1");
        await Expect(lines).ToContainTextAsync("Application started");

        await page.GetByLabel("Filter lines").FillAsync("application STARTED");
        await Expect(lines).Not.ToContainTextAsync("tick");
        await Expect(lines).ToContainTextAsync("web");

        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Download" }).ClickAsync());
        Assert.Equal("all.log", download.SuggestedFilename);
        var text = await File.ReadAllLinesAsync(await download.PathAsync());
        Assert.Contains("web ", Assert.Single(text), StringComparison.Ordinal);

        await page.GetByLabel("Wrap lines").UncheckAsync();
        Assert.Equal("pre", await lines.EvaluateAsync<string>("e => getComputedStyle(e).whiteSpaceCollapse === 'preserve' && getComputedStyle(e).textWrapMode === 'nowrap' ? 'pre' : 'wrapped'"));
    }
}
