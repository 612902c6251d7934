using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Aspire.Dashboard.Configuration;

internal static class ListenerExtensions
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(1);

    public static void AddListeners(this WebApplicationBuilder builder, DashboardOptions options)
    {
        // The addresses are below; Kestrel would warn that it ignores these.
        builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, "");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Listen(kestrel, options.Frontend.EndpointUrls, Listener.Frontend, HttpProtocols.Http1);
            Listen(kestrel, options.Otlp.GrpcEndpointUrl, Listener.OtlpGrpc, HttpProtocols.Http2);
            Listen(kestrel, options.Otlp.HttpEndpointUrl, Listener.OtlpHttp, HttpProtocols.Http1);
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopWithin);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
    }

    /// <summary>Nothing is served on another's port: pages are not on those for telemetry, and telemetry does not come in on the pages'.</summary>
    public static void UseListeners(this WebApplication app)
    {
        app.UseRouting();
        app.Use((context, next) =>
        {
            var wanted = context.GetEndpoint()?.Metadata.GetMetadata<Listener>() ?? Listener.Frontend;
            if (context.Features.Get<Listener>() == wanted)
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    /// <summary>Runs until it is told to stop.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunDashboardAsync(this WebApplication app, DashboardOptions options)
    {
        try
        {
            await app.StartAsync();
        }
        catch (IOException exception)
        {
            await Console.Error.WriteLineAsync($"The dashboard cannot start: {exception.Message}");
            return 1;
        }

        var url = options.Frontend.EndpointUrls!.Split(';')[0].TrimEnd('/');
        Console.WriteLine($"Now listening on: {url}");
        if (options.Frontend.IsTokenGenerated)
        {
            Console.WriteLine($"Login to the dashboard at {url}/login?t={options.Frontend.BrowserToken}");
        }

        await app.WaitForShutdownAsync();
        return 0;
    }

    private static void Listen(KestrelServerOptions kestrel, string? urls, Listener listener, HttpProtocols protocols)
    {
        foreach (var url in urls?.Split(';', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            var address = BindingAddress.Parse(url);
            if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
            {
                kestrel.Listen(ip, address.Port, Configure);
            }
            else if (string.Equals(address.Host, "localhost", StringComparison.OrdinalIgnoreCase))
            {
                kestrel.ListenLocalhost(address.Port, Configure);
            }
            else
            {
                kestrel.ListenAnyIP(address.Port, Configure); // As Kestrel does with any other name.
            }
        }

        void Configure(ListenOptions options)
        {
            options.Protocols = protocols;
            options.Use(next => connection =>
            {
                connection.Features.Set(listener);
                return next(connection);
            });
        }
    }
}
