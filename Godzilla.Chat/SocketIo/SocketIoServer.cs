using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Cryptography;
using Godzilla.Chat.Connections;
using Godzilla.Chat.Moderation;
using Godzilla.Chat.Presence;
using Godzilla.Chat.Rooms;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.SocketIo;

/// <summary>Runs the Socket.IO connections of this process, and tells them to come again when it stops.</summary>
internal sealed class SocketIoServer
{
    private static readonly CloseReason Restarting = new((WebSocketCloseStatus)1012, "The server restarts");
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(1);
    private const int IdBytes = 15;

    private readonly ConcurrentDictionary<SocketIoConnection, Task> _open = new();
    private readonly ConnectionRegistry _registry;
    private readonly RoomRegistry _rooms;
    private readonly SocketIoRooms _receivers;
    private readonly ClientEvents _events;
    private readonly PresenceSync _presence;
    private readonly LobbyBans _bans;
    private readonly SocketIoMetrics _metrics;
    private readonly FailurePolicy _failures;
    private readonly SocketIoOptions _options;
    private readonly TimeProvider _time;

    public SocketIoServer(
        ConnectionRegistry registry,
        RoomRegistry rooms,
        SocketIoRooms receivers,
        ClientEvents events,
        PresenceSync presence,
        LobbyBans bans,
        OnlineLists lists,
        SocketIoMetrics metrics,
        FailurePolicy failures,
        IOptions<SocketIoOptions> options,
        TimeProvider time,
        IHostApplicationLifetime lifetime)
    {
        (_registry, _rooms, _receivers, _events, _presence, _bans) = (registry, rooms, receivers, events, presence, bans);
        (_metrics, _failures, _options, _time) = (metrics, failures, options.Value, time);

        lists.OnList(receivers.SendOnline);

        // The server waits for open connections before it stops, so they are closed first.
        lifetime.ApplicationStopping.Register(() => DrainAsync().Wait(DrainLimit));
    }

    /// <summary>Accepts a WebSocket and serves it to its end.</summary>
    public async Task RunAsync(HttpContext context)
    {
        var socket = await context.WebSockets.AcceptWebSocketAsync();
        var stream = ((SharedUpgrade)context.Features.GetRequiredFeature<IHttpUpgradeFeature>()).Stream!;
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes));
        var connection = new SocketIoConnection(id, context, socket, stream, _options, _registry, _metrics, _time);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _open[connection] = ended.Task;
        try
        {
            if (_registry.Add(connection) is { } refusal)
            {
                connection.Close(refusal);
            }

            await new SocketIoSession(connection, socket, _rooms, _receivers, _events, _presence, _bans, _failures, _options, _time).RunAsync();
        }
        finally
        {
            _receivers.Remove(connection);

            // Also for one that Presence was not told of: a renewal may have included it.
            if (_registry.Remove(id))
            {
                _presence.Disconnected(connection.User, id);
            }

            connection.End();
            socket.Dispose();
            _open.TryRemove(connection, out _);
            ended.SetResult();
        }
    }

    private Task DrainAsync()
    {
        foreach (var connection in _open.Keys)
        {
            connection.Close(Restarting);
        }

        return Task.WhenAll(_open.Values);
    }
}
