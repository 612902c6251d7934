using System.Globalization;
using Godzilla.Chat.Assistant;
using Godzilla.Chat.Connections;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.Chat.Presence;
using Godzilla.Chat.Rooms;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.AspNetCore.SignalR;
using MongoDB.Bson;

namespace Godzilla.Chat.SignalR;

/// <summary>
/// The SignalR hub. A connection gets the events of all its user's discussions and of the lobby from the start.
/// </summary>
internal sealed class ChatHub(
    ConnectionRegistry connections,
    ChatHubLifetime clients,
    Memberships memberships,
    DiscussionStore discussions,
    RoomRegistry rooms,
    PresenceSync presence,
    TypingRelay typing,
    SendLimit limit,
    Answers answers,
    TimeProvider time) : Hub<IChatClient>
{
    // The request of the handshake may end before a call does.
    private const string CallerItem = "caller";

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
        var (isAllowed, wait, isLow) = limit.Take(Context.UserIdentifier!, 1);
        if (!isAllowed)
        {
            throw new HubException(string.Create(CultureInfo.InvariantCulture, $"Too many messages: try again in {Math.Ceiling(wait.TotalSeconds)} s"));
        }

        if (Client.NeedsWarning(isLow))
        {
            await Clients.Caller.Warning(new Warning("You send quickly: soon messages will be refused"));
        }

        presence.Touch(Context.ConnectionId);
        try
        {
            var sent = await rooms.Get(discussion).AppendAsync(Context.UserIdentifier!, [draft], Context.ConnectionAborted);
            answers.Consider(discussion, Caller, sent);
            return new Receipt(sent[0].Id.ToString(), sent[0].Seq, sent[0].CreatedAt);
        }
        catch (Exception exception) when (exception is ClientIdTakenException or RoomBusyException)
        {
            throw new HubException(exception.Message, exception);
        }
    }

    /// <summary>
    /// Sends this connection what it missed of a discussion, as <c>message</c>, <c>message_edited</c> and <c>message_deleted</c> events, and then
    /// what comes, without a hole and without a double between the two. It needs no <c>Join</c> for what comes alone: a connection has that from the start.
    /// </summary>
    /// <param name="discussionId">24 hex digits or <c>lobby</c>.</param>
    /// <param name="afterSeq">The number of the last message that the client has. May be null: then nothing is sent again.</param>
    /// <param name="afterRev">The number of the last change that the client has. May be null: then none is sent again.</param>
    /// <returns>Where the connection stands.</returns>
    /// <exception cref="HubException">There is no such discussion for this caller, or the store is out of reach: then join again.</exception>
    public async Task<Joined> Join(string discussionId, long? afterSeq, long? afterRev)
    {
        if (afterSeq < 0 || afterRev < 0)
        {
            throw new HubException("afterSeq and afterRev must be 0 or more");
        }

        var discussion = await FindAsync(discussionId);
        Client.Want(discussion, wants: true);
        await memberships.EnterAsync(Client, discussion, newest: null, Context.ConnectionAborted);
        var room = rooms.Get(discussion);
        var (newest, isComplete) = await room.ReplayAsync(Client, afterSeq, afterRev, Context.ConnectionAborted);
        return new Joined(discussionId, newest.Seq, newest.Rev, isComplete);
    }

    /// <summary>Gives one of the caller's messages another text.</summary>
    /// <param name="discussionId">24 hex digits or <c>lobby</c>.</param>
    /// <param name="messageId">24 hex digits.</param>
    /// <param name="text">1 to 4000 characters.</param>
    /// <returns>The message as it is now.</returns>
    /// <exception cref="HubException">The text is not acceptable, the caller has no such message there, or the store is out of reach.</exception>
    public Task<MessageView> Edit(string discussionId, string messageId, string text) =>
        Draft.TryCreate(text, clientId: null, out _, out var error) ? ChangeAsync(discussionId, messageId, text) : throw new HubException(error);

    /// <summary>Deletes the text of one of the caller's messages.</summary>
    /// <param name="discussionId">24 hex digits or <c>lobby</c>.</param>
    /// <param name="messageId">24 hex digits.</param>
    /// <returns>What is left of it.</returns>
    /// <exception cref="HubException">The caller has no such message there, or the store is out of reach.</exception>
    public Task<MessageView> Delete(string discussionId, string messageId) => ChangeAsync(discussionId, messageId, text: null);

    /// <summary>Ends the message events of a discussion for this connection.</summary>
    /// <param name="discussionId">24 hex digits or <c>lobby</c>.</param>
    public async Task Leave(string discussionId)
    {
        if (DiscussionId.TryParse(discussionId, out var discussion) && rooms.Find(discussion) is { } room)
        {
            Client.Want(discussion, wants: false);
            Client.Leave(room);
            await Groups.RemoveFromGroupAsync(Context.ConnectionId, discussion.ToString());
        }
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

    /// <summary>Stops an answer of the assistant that the caller asked for. What there is of it is stored.</summary>
    /// <param name="discussionId">24 hex digits or <c>lobby</c>.</param>
    /// <param name="id">The answer: the id of the message that asked. One that has ended, or that another asked for, goes on as it is.</param>
    /// <exception cref="HubException">There is no such discussion for this caller.</exception>
    public async Task StopAssistant(string discussionId, string id)
    {
        await FindAsync(discussionId);
        await answers.StopAsync(id, Context.UserIdentifier!);
    }

    /// <inheritdoc/>
    public override async Task OnConnectedAsync()
    {
        // Registered before its discussions are read: whoever creates one meanwhile subscribes this connection to it.
        var connection = new HubConnection(Context);
        Context.Items[CallerItem] = Context.GetHttpContext()!.Caller();
        if (connections.Add(connection) is { } refusal)
        {
            await connections.CloseAsync(connection, refusal);
            return;
        }

        try
        {
            await WelcomeAsync(Context.UserIdentifier!);
        }
        catch
        {
            // SignalR does not call OnDisconnectedAsync for a connection that fails here.
            Forget();
            throw;
        }
    }

    /// <inheritdoc/>
    public override Task OnDisconnectedAsync(Exception? exception)
    {
        Forget();
        return Task.CompletedTask;
    }

    private void Forget()
    {
        if (connections.Remove(Context.ConnectionId))
        {
            presence.Disconnected(Context.UserIdentifier!, Context.ConnectionId);
        }
    }

    private async Task WelcomeAsync(string username)
    {
        await memberships.EnterAllAsync(Client, Context.ConnectionAborted);
        await Clients.Caller.Welcome(new Welcome($"Welcome {username}!", username, time.GetBsonTime()));
        presence.Connected(username, Context.ConnectionId);
    }

    private async Task<MessageView> ChangeAsync(string discussionId, string messageId, string? text)
    {
        var discussion = await FindAsync(discussionId);
        return ObjectId.TryParse(messageId, out var message)
            && await rooms.Get(discussion).ChangeAsync(message, Context.UserIdentifier!, text, Context.ConnectionAborted) is { } changed
                ? MessageView.Of(changed)
                : throw new HubException("You have no such message");
    }

    private CallerIdentity Caller => (CallerIdentity)Context.Items[CallerItem]!;

    private HubClient Client => clients.Find(Context.ConnectionId) ?? throw new HubException("The connection has ended");

    // One answer for a discussion that does not exist and one that the caller is not in.
    private async Task<DiscussionId> FindAsync(string discussionId) =>
        DiscussionId.TryParse(discussionId, out var id)
        && (rooms.Find(id)?.Has(Client) == true || await discussions.IsMemberAsync(id, Context.UserIdentifier!, Context.ConnectionAborted))
            ? id
            : throw new HubException(NotAMember.Of(discussionId).Message);
}
