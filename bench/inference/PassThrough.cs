using System.Globalization;
using Gateway.Bench;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace Inference.Bench;

/// <summary>A bare YARP that passes everything through: the least that a proxy on .NET costs.</summary>
internal static class PassThrough
{
    /// <summary>The command line's first word that makes this process the proxy; its port and the upstream's follow.</summary>
    internal const string Command = "pass-through";

    internal static Task<Server> StartAsync(string folder, Server upstream)
    {
        var port = Server.FreePort();
        return Server.StartAsync(folder, port, "dotnet", [typeof(PassThrough).Assembly.Location, Command, Text(port), Text(upstream.Port)]);
    }

    internal static Task RunAsync(string port, string upstream)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear(); // The services' files, which are copied beside this program, have other addresses.
        builder.Configuration.AddInMemoryCollection();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "upstream", Match = new RouteMatch { Path = "/{**rest}" } }],
            [
                new ClusterConfig
                {
                    ClusterId = "upstream",
                    Destinations = new Dictionary<string, DestinationConfig>(StringComparer.Ordinal) { ["one"] = new() { Address = $"http://127.0.0.1:{upstream}" } },
                },
            ]);
        var app = builder.Build();
        app.MapReverseProxy();
        return app.RunAsync();
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
