using Aspire.Dashboard.Tests;
using Microsoft.Playwright;

namespace Godzilla.Tests.System.Page;

/// <summary>A browser for the tests of a class. Everybody who uses it has a context of their own: cookies, storage, windows.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private const float Patience = 15_000;

    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        // Without it the tests are skipped.
        if (File.Exists(Browser.Executable))
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Browser.Executable, Args = Arguments });
            Assertions.SetDefaultExpectTimeout(Patience);
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    /// <summary>Somebody with a browser.</summary>
    /// <param name="gateway">Where the page is.</param>
    /// <param name="person">Who is signed in; nobody if it is <see langword="null"/>.</param>
    /// <param name="bypassesPolicy">For scripts of the test that do what the page's policy forbids.</param>
    internal async Task<Visitor> VisitAsync(
        Uri gateway, Person? person = null, int width = 1280, int height = 800, ColorScheme colours = ColorScheme.Light, bool bypassesPolicy = false)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = gateway.ToString(),
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = colours,
            Locale = "en-GB",
            BypassCSP = bypassesPolicy,
        });
        context.SetDefaultTimeout(Patience);
        if (person is not null)
        {
            await context.AddCookiesAsync([new() { Name = "auth_token", Value = person.Token, Url = gateway.ToString() }]);
        }

        return await Visitor.OpenAsync(context);
    }
}
