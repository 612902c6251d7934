using Godzilla.Chat.Discussions;
using Godzilla.Chat.Rooms;

namespace Godzilla.Chat.SocketIo;

/// <summary>
/// Which Socket.IO connections of this process are in which rooms. Messages come from the rooms; presence and typing go out here, made into
/// one frame for all who get the same.
/// </summary>
internal sealed class SocketIoRooms
{
    private readonly Lock _gate = new();
    private readonly Dictionary<DiscussionId, Members> _members = [];
    private readonly Members _everybody = new();

    /// <summary>Adds a connection to those that hear of presence.</summary>
    public void Add(SocketIoConnection connection)
    {
        lock (_gate)
        {
            _everybody.Add(connection);
        }
    }

    /// <summary>Brings a connection into a room: it gets its events from now on.</summary>
    public async Task EnterAsync(Room room, SocketIoConnection connection)
    {
        lock (_gate)
        {
            if (connection.Rooms.TryAdd(room.Id, room))
            {
                Of(room.Id).Add(connection);
            }
        }

        try
        {
            await room.AddAsync(connection, newest: null, connection.Closed);
        }
        catch
        {
            Leave(room.Id, connection);
            throw;
        }

        lock (_gate)
        {
            if (!connection.Rooms.ContainsKey(room.Id))
            {
                // It has been put out meanwhile.
                room.Remove(connection);
            }
        }
    }

    /// <summary>Ends a room's events for a connection.</summary>
    public void Leave(DiscussionId discussion, SocketIoConnection connection)
    {
        lock (_gate)
        {
            if (connection.Rooms.Remove(discussion, out var room))
            {
                room.Remove(connection);
                var members = Of(discussion);
                members.Remove(connection);
                if (members.IsEmpty)
                {
                    _members.Remove(discussion);
                }
            }
        }
    }

    /// <summary>Ends all events for a connection.</summary>
    public void Remove(SocketIoConnection connection)
    {
        lock (_gate)
        {
            _everybody.Remove(connection);
            foreach (var discussion in connection.Rooms.Keys.ToArray())
            {
                Leave(discussion, connection);
            }
        }
    }

    /// <summary>Puts those out of a discussion who are no members any more.</summary>
    public void Keep(DiscussionId discussion, IReadOnlySet<string> usernames)
    {
        foreach (var connection in In(discussion))
        {
            if (!usernames.Contains(connection.User))
            {
                Leave(discussion, connection);
            }
        }
    }

    /// <summary>Puts a connection out of all discussions but those of which its user is a member.</summary>
    public void Keep(SocketIoConnection connection, Func<DiscussionId, bool> isMember)
    {
        lock (_gate)
        {
            foreach (var discussion in connection.Rooms.Keys.Where(id => !isMember(id)).ToArray())
            {
                Leave(discussion, connection);
            }
        }
    }

    /// <summary>Who is online, as clients are told.</summary>
    public static byte[] Online(IReadOnlyList<string> online) => Frame.Event(ServerEvents.Presence, new SignalR.PresenceList(online));

    /// <summary>Tells everybody who is online.</summary>
    public void SendOnline(IReadOnlyList<string> online)
    {
        SocketIoConnection[] all;
        lock (_gate)
        {
            all = _everybody.Snapshot();
        }

        if (all.Length > 0)
        {
            var frame = Online(online);
            foreach (var connection in all)
            {
                connection.SendWhenConnected(frame);
            }
        }
    }

    /// <summary>Tells those in a discussion who is typing there. Nobody is told of themselves.</summary>
    /// <param name="discussion">The discussion.</param>
    /// <param name="before">Who was typing.</param>
    /// <param name="after">Who is typing.</param>
    public void SendTyping(DiscussionId discussion, IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        byte[]? frame = null;
        foreach (var member in In(discussion))
        {
            if (!before.Contains(member.User) && !after.Contains(member.User))
            {
                member.SendWhenConnected(frame ??= Frame.Event(ServerEvents.Typing, new TypingEvent(after, discussion.ToString())));
                continue;
            }

            string[] others = [.. after.Where(user => user != member.User)];
            if (!others.SequenceEqual(before.Where(user => user != member.User), StringComparer.Ordinal))
            {
                member.SendWhenConnected(Frame.Event(ServerEvents.Typing, new TypingEvent(others, discussion.ToString())));
            }
        }
    }

    /// <summary>Sends an event to those in a discussion.</summary>
    public void Send<T>(DiscussionId discussion, ServerEvent<T> serverEvent, T argument)
    {
        byte[]? frame = null;
        foreach (var member in In(discussion))
        {
            member.SendWhenConnected(frame ??= Frame.Event(serverEvent, argument));
        }
    }

    private SocketIoConnection[] In(DiscussionId discussion)
    {
        lock (_gate)
        {
            return _members.TryGetValue(discussion, out var members) ? members.Snapshot() : [];
        }
    }

    private Members Of(DiscussionId discussion)
    {
        if (!_members.TryGetValue(discussion, out var members))
        {
            _members[discussion] = members = new Members();
        }

        return members;
    }

    /// <summary>A set whose copy is made when it is next read, and kept until the set changes.</summary>
    private sealed class Members
    {
        private readonly HashSet<SocketIoConnection> _connections = [];
        private SocketIoConnection[]? _snapshot;

        public bool IsEmpty => _connections.Count == 0;

        public void Add(SocketIoConnection connection)
        {
            _connections.Add(connection);
            _snapshot = null;
        }

        public void Remove(SocketIoConnection connection)
        {
            _connections.Remove(connection);
            _snapshot = null;
        }

        public SocketIoConnection[] Snapshot() => _snapshot ??= [.. _connections];
    }
}
