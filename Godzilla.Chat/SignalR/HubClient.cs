using System.Collections.Concurrent;
using Godzilla.Chat.Connections;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Rooms;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.SignalR;

/// <summary>A connection to the hub, as rooms see it.</summary>
internal sealed class HubClient(HubConnectionContext connection, ClosableWebSocket socket) : IRoomClient
{
    // Events that wait for a slow reader. A burst of this many takes a quick one milliseconds.
    private const int MaxWaiting = 2000;

    private readonly ConcurrentDictionary<Room, bool> _rooms = new();
    private readonly ConcurrentDictionary<DiscussionId, bool> _unwanted = new();
    private volatile bool _hasLeft;
    private volatile bool _isWarned;

    public HubConnectionContext Connection => connection;

    /// <inheritdoc/>
    public string User => connection.UserIdentifier!;

    /// <summary>The rooms that it is in.</summary>
    public IEnumerable<Room> Rooms => _rooms.Keys;

    /// <summary>Enters a room: it gets the messages that come after <paramref name="newest"/>.</summary>
    public async Task EnterAsync(Room room, Position? newest, CancellationToken cancellationToken)
    {
        _rooms.TryAdd(room, true);
        await room.AddAsync(this, newest, cancellationToken);
        if (_hasLeft)
        {
            Leave(room);
        }
    }

    /// <summary>Whether to warn it of a limit: once, each time that it comes near.</summary>
    public bool NeedsWarning(bool isNear)
    {
        var needs = isNear && !_isWarned;
        _isWarned = isNear;
        return needs;
    }

    /// <summary>Whether its client has left a discussion whose member it is. It comes back by joining alone.</summary>
    public bool IsUnwanted(DiscussionId id) => _unwanted.ContainsKey(id);

    /// <summary>Notes that its client wants a discussion's events, or does not.</summary>
    public void Want(DiscussionId id, bool wants)
    {
        if (wants)
        {
            _unwanted.TryRemove(id, out _);
        }
        else
        {
            _unwanted.TryAdd(id, true);
        }
    }

    /// <summary>Leaves a room.</summary>
    public void Leave(Room room)
    {
        _rooms.TryRemove(room, out _);
        room.Remove(this);
    }

    /// <summary>Leaves all rooms, for ever.</summary>
    public void LeaveAll()
    {
        _hasLeft = true;
        foreach (var (room, _) in _rooms)
        {
            Leave(room);
        }
    }

    /// <inheritdoc/>
    public void Send(RoomEvent roomEvent)
    {
        if (!socket.TryPost(roomEvent.ForHub(connection.Protocol), MaxWaiting))
        {
            connection.Abort();
        }
    }

    /// <inheritdoc/>
    public async Task SendAsync(RoomEvent roomEvent, CancellationToken cancellationToken)
    {
        await socket.CatchUpAsync(MaxWaiting / 2).WaitAsync(cancellationToken);
        Send(roomEvent);
    }
}
