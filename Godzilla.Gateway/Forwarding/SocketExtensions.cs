namespace Godzilla.Gateway.Forwarding;

/// <summary>
/// Runs what follows a read or a write on the thread that noticed it. The gateway's own code never blocks and is short, so handing it to
/// the thread pool costs more than it gives (see bench/README.md).
/// </summary>
internal static class SocketExtensions
{
    // Read once, when the first socket is made.
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    internal static void UseInlineSockets(this WebApplicationBuilder builder)
    {
        Environment.SetEnvironmentVariable(InlineCompletions, Environment.GetEnvironmentVariable(InlineCompletions) ?? "1");
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
    }
}
