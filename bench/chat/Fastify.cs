using System.Globalization;
using Bench;
using Gateway.Bench;

namespace Chat.Bench;

/// <summary>The original's job, as the original does it: Fastify and Socket.IO.</summary>
internal static class Fastify
{
    internal static Task<Server> StartAsync(string folder)
    {
        var port = Server.FreePort();
        return Server.StartAsync(
            folder,
            port,
            "node",
            [Path.Combine(NodePackages.Folder, "server.mjs")],
            ("PORT", port.ToString(CultureInfo.InvariantCulture)),
            ("NODE_ENV", "production"));
    }
}
