using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Godzilla.Tests.System.Page;

/// <summary>Somebody at the page. What its console calls an error fails the test.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _errors = new();

    private Visitor(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    public IPage Page { get; }

    private static string? PictureFolder => Environment.GetEnvironmentVariable("GODZILLA_SCREENSHOTS") is { Length: > 0 } folder ? folder : null;

    /// <summary>The messages of the discussion that is open.</summary>
    public ILocator Log => Page.GetByRole(AriaRole.Log);

    /// <summary>Where one writes.</summary>
    public ILocator Composer => Page.GetByRole(AriaRole.Textbox, new() { NameRegex = new Regex("^Write to") });

    /// <summary>The list of discussions.</summary>
    public ILocator List => Page.GetByRole(AriaRole.Navigation, new() { Name = "Discussions" });

    public ILocator Dialog => Page.GetByRole(AriaRole.Dialog);

    public static async Task<Visitor> OpenAsync(IBrowserContext context)
    {
        var visitor = new Visitor(context, await context.NewPageAsync());
        visitor.Watch(visitor.Page);
        await visitor.Page.GotoAsync("/");
        return visitor;
    }

    /// <summary>A second tab of the same browser.</summary>
    public async Task<Visitor> OpenTabAsync(string path)
    {
        var tab = new Visitor(_context, await _context.NewPageAsync());
        tab.Watch(tab.Page);
        await tab.Page.GotoAsync(path);
        return tab;
    }

    /// <summary>Somebody who is not registered yet. On a picture they have a name as people do.</summary>
    public static Person NewPerson(GodzillaApp app, string name) =>
        PictureFolder is null ? app.NewPerson(name) : new Person(app.Gateway, name, $"pw-{Guid.NewGuid():N}");

    /// <summary>The same, registered and signed in.</summary>
    public static async Task<Person> SignUpAsync(GodzillaApp app, string name)
    {
        var person = NewPerson(app, name);
        await person.RegisterAsync();
        await person.LogInAsync();
        return person;
    }

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Field(string label) => Page.GetByLabel(label, new() { Exact = true });

    public ILocator Message(string text) => Log.GetByRole(AriaRole.Article).Filter(new() { HasText = text });

    public ILocator Entry(string discussion) => List.GetByRole(AriaRole.Link).Filter(new() { HasText = discussion });

    public async Task OpenDiscussionAsync(string id)
    {
        await Page.GotoAsync($"/#/discussion/{id}");
        await Expect(Composer).ToBeVisibleAsync();
    }

    public async Task WriteAsync(string text)
    {
        await Composer.FillAsync(text);
        await Composer.PressAsync("Enter");
    }

    /// <summary>Saves a picture of the page where <c>GODZILLA_SCREENSHOTS</c> names a folder, such as <c>docs/images</c>.</summary>
    public async Task PictureAsync(string name)
    {
        if (PictureFolder is { } folder)
        {
            await Page.Mouse.MoveAsync(0, 0);
            await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), Animations = ScreenshotAnimations.Disabled, Caret = ScreenshotCaret.Hide });
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        Assert.Equal("", string.Join('\n', _errors));
    }

    private void Watch(IPage page)
    {
        page.PageError += (_, error) => _errors.Enqueue(error);
        page.Console += (_, message) =>
        {
            // That a request was refused, or a connection was cut, is no error of the page.
            if (message.Type == "error"
                && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)
                && !message.Text.StartsWith("WebSocket connection to", StringComparison.Ordinal))
            {
                _errors.Enqueue(message.Text);
            }
        };
    }
}
