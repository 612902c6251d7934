using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Godzilla.StandIns.Tests;

/// <summary>A server that answers with its name, the path and the Host that it was asked for.</summary>
internal sealed class Place : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Place(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public static async Task<Place> StartAsync(string name) => await StartAsync(app => app.Run(async context =>
        await context.Response.WriteAsync($"{name} {context.Request.Path} {context.Request.Host.Host}")));

    public static async Task<Place> StartAsync(
        Action<WebApplication> map, Action<IServiceCollection>? add = null, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        configure?.Invoke(builder);
        add?.Invoke(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new Place(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
