using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gateway.Bench;

/// <summary>A bare Kestrel, with the sockets of our gateway, that sends the gateway's 401 to everybody.</summary>
internal static class Refusals
{
    /// <summary>The command line's first word that makes this process the server; the port follows.</summary>
    internal const string Command = "refuse";

    internal static Task<Server> StartAsync(string folder)
    {
        var port = Server.FreePort();
        return Server.StartAsync(
            folder,
            port,
            "dotnet",
            [typeof(Refusals).Assembly.Location, Command, port.ToString(CultureInfo.InvariantCulture)],
            ("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1"));
    }

    internal static Task RunAsync(string port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        var app = builder.Build();
        app.Run(Refuse);
        return app.RunAsync();
    }

    private static Task Refuse(HttpContext context)
    {
        var response = context.Response;
        var body = """{"status":"error","code":401,"message":"Unauthorized","trace_id":"5cfefd6149a3d399246f19139fb57e5c"}"""u8;
        response.StatusCode = StatusCodes.Status401Unauthorized;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        response.BodyWriter.Write(body);
        return Task.CompletedTask;
    }
}
