using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Aspire.Dashboard.Tests;

/// <summary>A browser of its own, in which nobody is signed in. Errors in its console fail the test.</summary>
internal sealed class Browser : IAsyncDisposable
{
    public const string Executable = "/usr/bin/chromium";

    private const float Patience = 20_000;

    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly List<string> _ignored = [];

    private Browser(IPlaywright playwright, IBrowser browser, IPage page)
    {
        _playwright = playwright;
        _browser = browser;
        Page = page;
        page.PageError += (_, error) => _errors.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                _errors.Enqueue(message.Text);
            }
        };
    }

    public IPage Page { get; }

    public static async Task<Browser> StartAsync(int width = 1280, int height = 800, ColorScheme colours = ColorScheme.Light)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Executable, Args = Arguments });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = colours });

        // A machine that builds and tests at the same time is slow.
        page.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        return new Browser(playwright, browser, page);
    }

    /// <summary>Says that errors with a text are expected.</summary>
    public void IgnoreErrors(string text) => _ignored.Add(text);

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        Assert.Equal("", string.Join('\n', _errors.Where(e => !_ignored.Exists(i => e.Contains(i, StringComparison.Ordinal)))));
    }
}
