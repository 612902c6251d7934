using System.Collections.Concurrent;
using Godzilla.Chat.SignalR;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Godzilla.Chat.Connections;

/// <summary>
/// On shutdown, sends every connection a Close message with allowReconnect and waits a moment for it to leave. SignalR itself would break
/// connections off, which looks like a crash to a client.
/// </summary>
internal sealed class ChatHubLifetime : DefaultHubLifetimeManager<ChatHub>
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);
    private static readonly CloseMessage CloseAndReconnect = new(error: null, allowReconnect: true);

    private readonly ConcurrentDictionary<string, HubClient> _open = new(StringComparer.Ordinal);

    public ChatHubLifetime(IHostApplicationLifetime lifetime, ILogger<DefaultHubLifetimeManager<ChatHub>> logger)
        : base(logger) =>

        // Callbacks run in reverse order of registration: registered after SignalR's, this one runs before SignalR breaks off.
        lifetime.ApplicationStarted.Register(() => lifetime.ApplicationStopping.Register(() => DrainAsync().Wait(DrainLimit)));

    /// <returns>The open connection of this id.</returns>
    public HubClient? Find(string connectionId) => _open.GetValueOrDefault(connectionId);

    /// <inheritdoc/>
    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        _open[connection.ConnectionId] = new HubClient(
            connection, ((ClosableWebSocketFeature)connection.GetHttpContext()!.Features.GetRequiredFeature<IHttpWebSocketFeature>()).Socket!);
        return base.OnConnectedAsync(connection);
    }

    /// <inheritdoc/>
    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (_open.TryRemove(connection.ConnectionId, out var client))
        {
            client.LeaveAll();
        }

        return base.OnDisconnectedAsync(connection);
    }

    private async Task DrainAsync()
    {
        await Task.WhenAll(_open.Values.Select(client => client.Connection.WriteAsync(CloseAndReconnect).AsTask()));
        while (!_open.IsEmpty)
        {
            await Task.Delay(PollEvery);
        }
    }
}
