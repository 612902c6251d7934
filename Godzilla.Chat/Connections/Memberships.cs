using Godzilla.Chat.Discussions;
using Godzilla.Chat.Moderation;
using Godzilla.Chat.Rooms;
using Godzilla.Chat.SignalR;
using Godzilla.Chat.SocketIo;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.Connections;

/// <summary>Keeps the connections of a discussion's members in its room, and all others out of it, on every replica.</summary>
internal sealed class Memberships
{
    private const int UsersAtOnce = 8;
    private const int RoomsAtOnce = 50;

    private readonly ConnectionRegistry _connections;
    private readonly ChatHubLifetime _clients;
    private readonly RoomRegistry _rooms;
    private readonly SocketIoRooms _socketIo;
    private readonly RoomBus _bus;
    private readonly LobbyBans _bans;
    private readonly DiscussionStore _discussions;
    private readonly IHubContext<ChatHub, IChatClient> _hub;
    private readonly DependencyFailures _failures;
    private readonly ILogger<Memberships> _logger;

    public Memberships(
        ConnectionRegistry connections,
        ChatHubLifetime clients,
        RoomRegistry rooms,
        SocketIoRooms socketIo,
        RoomBus bus,
        LobbyBans bans,
        DiscussionStore discussions,
        IHubContext<ChatHub, IChatClient> hub,
        IOptions<DependencyFailures> failures,
        ILogger<Memberships> logger)
    {
        (_connections, _clients, _rooms, _socketIo, _bus, _bans) = (connections, clients, rooms, socketIo, bus, bans);
        (_discussions, _hub, _failures, _logger) = (discussions, hub, failures.Value, logger);
        bus.OnChanged += change => _ = ApplyAsync(change);
        bus.OnGained += () => _ = CatchUpAsync(connections.Users);
        bans.OnChanged += users => _ = CatchUpAsync(users);
    }

    /// <summary>Tells the members of a discussion, and those who were, that it has changed, here and on the other replicas.</summary>
    public Task ChangedAsync(DiscussionChange change)
    {
        if (DiscussionId.TryParse(change.Id, out var id))
        {
            _bus.Publish(id, change);
        }

        return ApplyAsync(change);
    }

    /// <summary>Brings a connection into a room.</summary>
    /// <param name="client">The connection.</param>
    /// <param name="id">The discussion.</param>
    /// <param name="newest">Its newest message; <see langword="null"/> if only the store knows.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    public async Task EnterAsync(HubClient client, DiscussionId id, Position? newest, CancellationToken cancellationToken)
    {
        await _hub.Groups.AddToGroupAsync(client.Connection.ConnectionId, id.ToString(), cancellationToken);
        await client.EnterAsync(_rooms.Get(id), newest, cancellationToken);

        // Whoever applied a ban meanwhile has not found it there.
        if (id == DiscussionId.Lobby && _bans.Contains(client.User))
        {
            await LeaveAsync(client, _rooms.Get(id));
        }
    }

    /// <summary>Brings a new connection into all the rooms of its user.</summary>
    public async Task EnterAllAsync(HubClient client, CancellationToken cancellationToken)
    {
        // Where each is, only its messages say: what is recorded with a discussion is behind by a moment, and by more where a replica has died.
        foreach (var ids in (await ListAsync(client.User, cancellationToken)).Chunk(RoomsAtOnce))
        {
            await Task.WhenAll(ids.Select(id => EnterAsync(client, id, newest: null, cancellationToken)));
        }
    }

    private async Task ApplyAsync(DiscussionChange change)
    {
        if (!DiscussionId.TryParse(change.Id, out var id))
        {
            return;
        }

        var members = change.Users.ToHashSet(StringComparer.Ordinal);
        _socketIo.Keep(id, members);
        foreach (var client in change.Users.SelectMany(HubClientsOf).Where(client => !client.IsUnwanted(id)))
        {
            await EnterAsync(client, id, new Position(change.Seq, change.Rev), CancellationToken.None);
        }

        _hub.Clients.Group(change.Id).Discussion(change).FireAndForget(_logger);
        if (_rooms.Find(id) is { } room)
        {
            foreach (var client in room.Clients.OfType<HubClient>().Where(client => !members.Contains(client.User)))
            {
                await LeaveAsync(client, room);
            }
        }
    }

    // The lobby is one of them, for who is not banned from it.
    private async Task<List<DiscussionId>> ListAsync(string user, CancellationToken cancellationToken)
    {
        var mine = (await _discussions.ListAsync(user, cancellationToken)).ConvertAll(discussion => new DiscussionId(discussion.Id));
        if (!_bans.Contains(user))
        {
            mine.Add(DiscussionId.Lobby);
        }

        return mine;
    }

    private IEnumerable<HubClient> HubClientsOf(string username) =>
        _connections.Of(username).Select(connection => _clients.Find(connection.Id)).OfType<HubClient>();

    private async Task LeaveAsync(HubClient client, Room room)
    {
        client.Leave(room);
        await _hub.Groups.RemoveFromGroupAsync(client.Connection.ConnectionId, room.Id.ToString());
    }

    // Discussions may have changed while news did not arrive.
    private Task CatchUpAsync(IEnumerable<string> users) => Parallel.ForEachAsync(
        users,
        new ParallelOptions { MaxDegreeOfParallelism = UsersAtOnce },
        async (user, cancellationToken) =>
        {
            try
            {
                var discussions = (await ListAsync(user, cancellationToken)).ToHashSet();
                foreach (var connection in _connections.Of(user))
                {
                    if (connection is SocketIoConnection socketIo)
                    {
                        _socketIo.Keep(socketIo, discussions.Contains);
                    }
                    else if (_clients.Find(connection.Id) is { } client)
                    {
                        await KeepAsync(client, discussions, cancellationToken);
                    }
                }
            }
            catch (Exception exception) when (_failures.Match(exception))
            {
                // The store is away: the next connection of the user sees them.
            }
        });

    private async Task KeepAsync(HubClient client, HashSet<DiscussionId> discussions, CancellationToken cancellationToken)
    {
        foreach (var id in discussions.Where(id => !client.IsUnwanted(id)))
        {
            await EnterAsync(client, id, newest: null, cancellationToken);
        }

        foreach (var room in client.Rooms.Where(room => !discussions.Contains(room.Id)))
        {
            await LeaveAsync(client, room);
        }
    }
}
