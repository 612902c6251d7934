using System.Collections.Concurrent;
using System.Net.WebSockets;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.SignalR;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Caching.Memory;

namespace Godzilla.Chat.Connections;

/// <summary>The open connections of this process by user, session and gateway.</summary>
internal sealed class ConnectionRegistry(IHubContext<ChatHub, IChatClient> hub, ConnectionMetrics metrics, TimeProvider time) : IDisposable
{
    // Longer than a signed identity is valid, so that a handshake that was under way when its session ended is refused.
    private static readonly TimeSpan EndedMemory = TimeSpan.FromMinutes(5);

    // How long a client has to answer a close frame.
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, HubCallerContext> _open = new(StringComparer.Ordinal);
    private readonly MemoryCache _ended = new(new MemoryCacheOptions());

    /// <summary>Every open connection: its id and its user.</summary>
    public IEnumerable<(string ConnectionId, string Username)> All =>
        _open.Select(connection => (connection.Key, connection.Value.User!.Username()));

    /// <summary>The sessions of the open connections.</summary>
    public IEnumerable<string> Sessions => _open.Values.Select(connection => connection.User!.SessionId()).Distinct(StringComparer.Ordinal);

    /// <returns><see langword="false"/> if its session has ended meanwhile.</returns>
    public bool TryAdd(HubCallerContext connection)
    {
        _open[connection.ConnectionId] = connection;
        if (_ended.TryGetValue(connection.User!.SessionId(), out _))
        {
            _open.TryRemove(connection.ConnectionId, out _);
            return false;
        }

        metrics.Opened();
        return true;
    }

    /// <returns><see langword="false"/> if it was not there.</returns>
    public bool Remove(string connectionId)
    {
        if (!_open.TryRemove(connectionId, out _))
        {
            return false;
        }

        metrics.Closed();
        return true;
    }

    /// <summary>Subscribes the open connections of a discussion's members to its events.</summary>
    public async Task SubscribeAsync(IReadOnlyCollection<string> usernames, DiscussionId discussion)
    {
        foreach (var (connectionId, username) in All)
        {
            if (usernames.Contains(username))
            {
                await hub.Groups.AddToGroupAsync(connectionId, discussion.ToString());
            }
        }
    }

    /// <summary>Closes the connections of a session that has ended, and refuses those whose handshake is still under way.</summary>
    public void End(string sessionId)
    {
        // Noted first: TryAdd adds before it looks here, so one of the two sees the other.
        _ended.Set(sessionId, true, EndedMemory);
        Close(connection => connection.User!.SessionId() == sessionId, CloseReason.SessionEnded);
    }

    /// <summary>Closes the connections that came through a gateway that ends.</summary>
    public void LeaveGateway(string gateway) =>
        Close(connection => connection.GetHttpContext()?.Caller().Gateway == gateway, CloseReason.Restarting);

    public void Dispose() => _ended.Dispose();

    private void Close(Func<HubCallerContext, bool> match, CloseReason reason)
    {
        foreach (var connection in _open.Values.Where(match))
        {
            _ = CloseAsync(connection, reason);
        }
    }

    private async Task CloseAsync(HubCallerContext connection, CloseReason reason)
    {
        try
        {
            var socket = (connection.GetHttpContext()?.Features.Get<IHttpWebSocketFeature>() as ClosableWebSocketFeature)?.Socket;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionAborted);
            limit.CancelAfter(CloseLimit);
            if (socket is not null)
            {
                await socket.CloseAsync(reason, limit.Token);
                await Task.Delay(Timeout.InfiniteTimeSpan, time, limit.Token);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // It has left, or does not answer.
        }

        connection.Abort();
    }
}
