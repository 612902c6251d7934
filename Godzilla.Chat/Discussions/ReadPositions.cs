using Godzilla.Chat.Connections;
using Godzilla.Chat.Rooms;
using Godzilla.Chat.SignalR;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Discussions;

/// <summary>Moves read cursors for users, and tells all connections of each, on every replica, so that what is read at one is not unread at another.</summary>
internal sealed class ReadPositions
{
    private readonly ReadCursorStore _reads;
    private readonly ConnectionRegistry _connections;
    private readonly RoomBus _bus;
    private readonly IHubContext<ChatHub, IChatClient> _hub;
    private readonly ILogger<ReadPositions> _logger;

    public ReadPositions(
        ReadCursorStore reads, ConnectionRegistry connections, RoomBus bus, IHubContext<ChatHub, IChatClient> hub, ILogger<ReadPositions> logger)
    {
        (_reads, _connections, _bus, _hub, _logger) = (reads, connections, bus, hub, logger);
        bus.OnRead += Tell;
    }

    /// <summary>Moves a cursor forward; it does not move back.</summary>
    public async Task AdvanceAsync(DiscussionId discussion, string user, long seq)
    {
        await _reads.AdvanceAsync([(discussion, user, seq)]);
        _bus.PublishRead(discussion, user, seq);
        Tell(discussion, user, seq);
    }

    internal Task WarmUpAsync() => _reads.EnsureIndexAsync();

    private void Tell(DiscussionId discussion, string user, long seq)
    {
        var position = new ReadPosition(discussion.ToString(), seq);
        foreach (var connection in _connections.Of(user))
        {
            // Those that speak Socket.IO are not the hub's.
            _hub.Clients.Client(connection.Id).Read(position).FireAndForget(_logger);
        }
    }
}
