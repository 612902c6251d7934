using Godzilla.Chat.Connections;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.Chat.Presence;
using Godzilla.Chat.Rooms;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.SignalR;

/// <summary>
/// The SignalR hub. A connection gets the events of all its user's discussions and of the lobby from the start.
/// </summary>
internal sealed class ChatHub(
    ConnectionRegistry connections,
    DiscussionStore discussions,
    RoomRegistry rooms,
    PresenceSync presence,
    TypingRelay typing,
    TimeProvider time) : Hub<IChatClient>
{
    /// <summary>Stores a message and answers once it is durable.</summary>
    /// <param name="discussionId">24 hex digits or <c>lobby</c>.</param>
    /// <param name="text">1 to 4000 characters.</param>
    /// <param name="clientId">The client's own id for the message, up to 128 characters: sending it again is the same message. May be null.</param>
    /// <returns>The message's id, number and time.</returns>
    /// <exception cref="HubException">The text is not acceptable, there is no such discussion for this caller, or the store is out of reach.</exception>
    public async Task<Receipt> Send(string discussionId, string text, string? clientId)
    {
        if (!Draft.TryCreate(text, clientId, out var draft, out var error))
        {
            throw new HubException(error);
        }

        var discussion = await FindAsync(discussionId);
        var sent = await rooms.Get(discussion).AppendAsync(Context.UserIdentifier!, [draft], Context.ConnectionAborted);
        return new Receipt(sent[0].Id.ToString(), sent[0].Seq, sent[0].CreatedAt);
    }

    /// <summary>Tells the others in a discussion whether the caller is typing. It ends by itself after 8 seconds.</summary>
    /// <param name="discussionId">24 hex digits or <c>lobby</c>.</param>
    /// <param name="isTyping">Whether they are.</param>
    /// <exception cref="HubException">There is no such discussion for this caller, or Presence is out of reach.</exception>
    public async Task SetTyping(string discussionId, bool isTyping)
    {
        var discussion = await FindAsync(discussionId);
        await typing.SetAsync(Context.UserIdentifier!, Context.ConnectionId, discussion, isTyping, Context.ConnectionAborted);
    }

    /// <inheritdoc/>
    public override async Task OnConnectedAsync()
    {
        // Registered before its discussions are read: whoever creates one meanwhile subscribes this connection to it.
        if (!connections.TryAdd(Context))
        {
            Context.Abort();
            return;
        }

        try
        {
            await WelcomeAsync(Context.UserIdentifier!);
        }
        catch
        {
            // SignalR does not call OnDisconnectedAsync for a connection that fails here.
            Leave();
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        Leave();
        return Task.CompletedTask;
    }

    // Also for one that Presence was not told of: a renewal may have included it.
    private void Leave()
    {
        if (connections.Remove(Context.ConnectionId))
        {
            presence.Disconnected(Context.UserIdentifier!, Context.ConnectionId);
        }
    }

    private async Task WelcomeAsync(string username)
    {
        await Groups.AddToGroupAsync(Context.ConnectionId, DiscussionId.Lobby.ToString());
        foreach (var discussion in await discussions.ListAsync(username, Context.ConnectionAborted))
        {
            await Groups.AddToGroupAsync(Context.ConnectionId, new DiscussionId(discussion.Id).ToString());
        }

        await Clients.Caller.Welcome(new Welcome($"Welcome {username}!", username, time.GetBsonTime()));
        presence.Connected(username, Context.ConnectionId);
    }

    // One answer for a discussion that does not exist and one that the caller is not in.
    private async Task<DiscussionId> FindAsync(string discussionId) =>
        DiscussionId.TryParse(discussionId, out var id)
        && await discussions.IsMemberAsync(id, Context.UserIdentifier!, Context.ConnectionAborted)
            ? id
            : throw new HubException("Discussion not found");
}
