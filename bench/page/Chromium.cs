using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Playwright;

namespace Page.Bench;

/// <summary>A browser without a window, which also listens for other programs' DevTools.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Executable = "/usr/bin/chromium";

    private readonly IPlaywright _playwright;
    private readonly string _profile;

    private Chromium(IPlaywright playwright, IBrowserContext context, string profile, int port)
    {
        (_playwright, _profile) = (playwright, profile);
        (Context, Port) = (context, port);
    }

    public IBrowserContext Context { get; }

    /// <summary>Where DevTools are.</summary>
    public int Port { get; }

    public static async Task<Chromium> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        var profile = Directory.CreateTempSubdirectory("page-bench").FullName;
        var port = FreePort();
        var context = await playwright.Chromium.LaunchPersistentContextAsync(profile, new()
        {
            ExecutablePath = Executable,
            ViewportSize = new() { Width = 1280, Height = 800 },
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                string.Create(CultureInfo.InvariantCulture, $"--remote-debugging-port={port}"),
            ],
        });
        return new Chromium(playwright, context, profile, port);
    }

    /// <summary>Signs somebody in, or out.</summary>
    public async Task UseSessionAsync(Uri site, string? session)
    {
        await Context.ClearCookiesAsync();
        if (session is not null)
        {
            await Context.AddCookiesAsync([new() { Name = "auth_token", Value = session, Url = site.ToString() }]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Context.CloseAsync();
        _playwright.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
