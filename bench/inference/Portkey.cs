using System.Globalization;
using Bench;
using Gateway.Bench;

namespace Inference.Bench;

/// <summary>Portkey's AI gateway on Node.js, as its package runs it: it routes by headers, checks no key of its own and counts nothing.</summary>
internal static class Portkey
{
    internal static Task<Server> StartAsync(string folder)
    {
        var port = Server.FreePort();
        return Server.StartAsync(
            folder,
            port,
            "node",
            [Path.Combine(NodePackages.Folder, "node_modules/@portkey-ai/gateway/build/start-server.js"), "--headless", string.Create(CultureInfo.InvariantCulture, $"--port={port}")],
            ("NODE_ENV", "production"),
            ("TRUSTED_CUSTOM_HOSTS", "127.0.0.1,localhost"));
    }

    /// <summary>The headers that lead to an upstream.</summary>
    internal static (string Name, string Value)[] To(Server upstream) =>
    [
        ("x-portkey-provider", "openai"),
        ("x-portkey-custom-host", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{upstream.Port}/v1")),
    ];
}
