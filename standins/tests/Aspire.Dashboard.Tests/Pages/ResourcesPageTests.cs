using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Aspire.Dashboard.Tests.Pages;

[Collection(SharedRun.Name)]
public sealed class ResourcesPageTests(AppHostRun run)
{
    [BrowserFact]
    public async Task WithoutTheTokenNothingIsShown()
    {
        await using var browser = await Browser.StartAsync();
        browser.IgnoreErrors("401");
        var page = browser.Page;

        await page.GotoAsync(new Uri(run.Dashboard, "/consolelogs").ToString());
        await page.GetByLabel("Token").FillAsync("wrong");
        await page.RunAndWaitForResponseAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync(), r => r.Request.Method == "POST");
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("That is not this run's token.");

        await page.GetByLabel("Token").FillAsync(run.Login.Query["?t=".Length..]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Console logs" })).ToBeVisibleAsync();
    }

    [BrowserFact]
    public async Task ResourcesAreShownWithWhatBelongsToThem()
    {
        await using var browser = await Browser.StartAsync();
        var page = browser.Page;
        await page.GotoAsync(run.Login.ToString());

        var row = page.RowOf("web");
        await Expect(row).ToContainTextAsync("Running");
        await Expect(row).ToContainTextAsync("Sample.Service.csproj");
        await Expect(row).ToContainTextAsync(new Regex(@"\d+ (s|m \d+ s)"));
        await Expect(row.GetByRole(AriaRole.Link, new() { Name = "http://localhost:" })).ToBeVisibleAsync();

        await row.GetByRole(AriaRole.Link, new() { Name = "web", Exact = true }).ClickAsync();
        var details = page.GetByRole(AriaRole.Region, new() { Name = "Details of web" });
        await Expect(details).ToContainTextAsync("SECRET_OF_THE_TEST");
        await Expect(details).Not.ToContainTextAsync("only-for-tests");
        await details.GetByRole(AriaRole.Button, new() { Name = "Show SECRET_OF_THE_TEST" }).ClickAsync();
        await Expect(details).ToContainTextAsync("only-for-tests");

        await page.Keyboard.PressAsync("Escape");
        await Expect(details).ToHaveCountAsync(0);
    }

    [BrowserFact]
    public async Task WhatWasKilledIsRedAndStartsAgain()
    {
        await using var browser = await Browser.StartAsync();
        var page = browser.Page;
        await page.GotoAsync(run.Login.ToString());
        var row = page.RowOf("victim");
        await Expect(row).ToContainTextAsync("Running");

        ProgramProcess.KillAtOnce(await run.PidOfAsync("victim"));

        await Expect(row).ToContainTextAsync("Exited (137)");
        await Expect(row).ToHaveClassAsync(new Regex("error"));
        await row.GetByRole(AriaRole.Button, new() { Name = "Start" }).ClickAsync();
        await Expect(row).ToContainTextAsync("Running");
        await Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("Start of victim: done");
    }

    [BrowserFact]
    public async Task ACommandOfTheModelIsConfirmedAndCarriedOut()
    {
        await using var browser = await Browser.StartAsync();
        var page = browser.Page;
        await page.GotoAsync(run.Login.ToString());
        var asked = "";
        page.Dialog += (_, dialog) =>
        {
            asked = dialog.Message;
            _ = dialog.AcceptAsync();
        };

        await page.RowOf("talker").GetByRole(AriaRole.Button, new() { Name = "Greet" }).ClickAsync();

        await Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("Greet of talker failed: too shy");
        Assert.Equal("Really?", asked);
    }

    [BrowserFact]
    public async Task OnATelephoneNothingIsCutOff()
    {
        await using var browser = await Browser.StartAsync(width: 375, height: 700, colours: ColorScheme.Dark);
        var page = browser.Page;
        await page.GotoAsync(run.Login.ToString());
        await Expect(page.RowOf("web")).ToBeVisibleAsync();

        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 375);
        Assert.Equal("rgb(22, 23, 28)", await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor"));
    }

    [BrowserFact]
    public async Task KeysLeadToPages()
    {
        await using var browser = await Browser.StartAsync();
        var page = browser.Page;
        await page.GotoAsync(run.Login.ToString());
        await Expect(page.RowOf("web")).ToBeVisibleAsync();

        await page.Keyboard.PressAsync("c");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Console logs" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("r");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Resources" })).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("/");
        await page.Keyboard.TypeAsync("victim");
        await Expect(page.RowOf("web")).ToHaveCountAsync(0);
        await Expect(page.RowOf("victim")).ToBeVisibleAsync();
    }
}

internal static class PageExtensions
{
    /// <summary>The row of a table that begins with a text.</summary>
    public static ILocator RowOf(this IPage page, string name) =>
        page.GetByRole(AriaRole.Row).Filter(new() { Has = page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true }) });
}
