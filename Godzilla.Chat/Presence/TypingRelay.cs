using Godzilla.Chat.Connections;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.SignalR;
using Godzilla.Chat.SocketIo;
using Grpc.Core;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Presence;

/// <summary>Passes on who is typing where, to everybody but those who type: these are told of the others alone.</summary>
internal sealed class TypingRelay
{
    private readonly PresenceClient _presence;
    private readonly PresenceSync _connections;
    private readonly IHubContext<ChatHub, IChatClient> _hub;
    private readonly ChatHubLifetime _clients;
    private readonly SocketIoRooms _socketIo;
    private readonly ILogger<TypingRelay> _logger;

    public TypingRelay(
        PresenceClient presence,
        PresenceWatch watch,
        PresenceSync connections,
        IHubContext<ChatHub, IChatClient> hub,
        ChatHubLifetime clients,
        SocketIoRooms socketIo,
        ILogger<TypingRelay> logger)
    {
        (_presence, _connections, _hub, _clients, _socketIo, _logger) = (presence, connections, hub, clients, socketIo, logger);
        watch.OnTyping(Tell);
    }

    /// <summary>Notes that a user begins or stops typing. The others are told when Presence says so.</summary>
    /// <param name="username">The user.</param>
    /// <param name="connectionId">Their connection.</param>
    /// <param name="discussion">Where; the user is known to be a member.</param>
    /// <param name="isTyping">Whether they type.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that ends when it is noted.</returns>
    /// <exception cref="RpcException">Presence is out of reach.</exception>
    public Task SetAsync(string username, string connectionId, DiscussionId discussion, bool isTyping, CancellationToken cancellationToken) =>
        _presence.SetTypingAsync(username, discussion.ToString(), isTyping, cancellationToken);

    private void Tell(TypingChange change)
    {
        if (!DiscussionId.TryParse(change.DiscussionId, out var discussion))
        {
            return; // Somewhere that is not ours.
        }

        _socketIo.SendTyping(discussion, change.Before, change.After);

        // Who types, or has just stopped, sees a list of their own.
        var id = discussion.ToString();
        string[] concerned = [.. change.After.Union(change.Before, StringComparer.Ordinal)];
        _hub.Clients.GroupExcept(id, _connections.ConnectionsOf(concerned)).Typing(new TypingList(id, change.After)).FireAndForget(_logger);
        foreach (var user in concerned)
        {
            string[] others = [.. change.After.Where(other => other != user)];
            if (!others.SequenceEqual(change.Before.Where(other => other != user), StringComparer.Ordinal)
                && _connections.ConnectionsOf(user).Where(connection => _clients.Find(connection)?.IsUnwanted(discussion) is not true).ToArray() is { Length: > 0 } own)
            {
                _hub.Clients.Clients(own).Typing(new TypingList(id, others)).FireAndForget(_logger);
            }
        }
    }
}
