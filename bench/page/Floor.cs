using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Page.Bench;

/// <summary>What the page is measured beside: a page of one line without a script, and all messages as plain paragraphs.</summary>
internal sealed class Floor : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Floor(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static async Task<Floor> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.MapGet("/line", () => Html("<p>Godzilla</p>"));
        app.MapGet("/messages", () => Html(
            $"<div id=scroller style='height:600px;overflow:auto'>{string.Concat(Enumerable.Range(0, Site.Messages).Select(number => string.Create(CultureInfo.InvariantCulture, $"<p>{Site.TextOf(number)}</p>")))}</div>"));
        await app.StartAsync();
        return new Floor(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static IResult Html(string body) => Results.Content($"<!doctype html><title>Floor</title><body>{body}</body>", "text/html");
}
