using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Godzilla.Chat.Hubs;

/// <summary>
/// Tells every connection to come again when this process is asked to end, and gives them a moment to go. SignalR itself would break them
/// off, and a client could not tell that from a crash.
/// </summary>
internal sealed class Draining : DefaultHubLifetimeManager<ChatHub>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);
    private static readonly CloseMessage ComeAgain = new(error: null, allowReconnect: true);

    private readonly ConcurrentDictionary<string, HubConnectionContext> _open = new(StringComparer.Ordinal);

    public Draining(IHostApplicationLifetime lifetime, ILogger<DefaultHubLifetimeManager<ChatHub>> logger)
        : base(logger) =>

        // The last to register is the first to be called, and SignalR has registered by then. It waits for nobody, so this has to.
        lifetime.ApplicationStarted.Register(() => lifetime.ApplicationStopping.Register(() => DrainAsync().Wait(Patience)));

    /// <inheritdoc/>
    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _open[connection.ConnectionId] = connection;
        return base.OnConnectedAsync(connection);
    }

    /// <inheritdoc/>
    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _open.TryRemove(connection.ConnectionId, out _);
        return base.OnDisconnectedAsync(connection);
    }

    private async Task DrainAsync()
    {
        await Task.WhenAll(_open.Values.Select(connection => connection.WriteAsync(ComeAgain).AsTask()));
        while (!_open.IsEmpty)
        {
            await Task.Delay(LookEvery);
        }
    }
}
