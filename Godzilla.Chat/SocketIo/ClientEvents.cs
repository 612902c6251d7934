using System.Globalization;
using System.Text.Json;
using Godzilla.Chat.Assistant;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.Chat.Presence;
using Godzilla.Chat.Rooms;
using Godzilla.Chat.SignalR;
using Godzilla.ServiceDefaults.Errors;
using MongoDB.Bson;

namespace Godzilla.Chat.SocketIo;

/// <summary>
/// The events that a Socket.IO client can send, each with one object. The answer is an acknowledgement where the client asks for one;
/// a failure that it asks none for is an event, which the original's clients pass over.
/// </summary>
internal sealed class ClientEvents
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    private readonly DiscussionStore _discussions;
    private readonly MessageStore _messages;
    private readonly RoomRegistry _rooms;
    private readonly SocketIoRooms _receivers;
    private readonly SendLimit _limit;
    private readonly TypingRelay _typing;
    private readonly Answers _answers;

    public ClientEvents(
        DiscussionStore discussions,
        MessageStore messages,
        RoomRegistry rooms,
        SocketIoRooms receivers,
        SendLimit limit,
        TypingRelay typing,
        Answers answers,
        FailurePolicy failures)
    {
        (_discussions, _messages, _rooms, _receivers, _limit, _typing, _answers) = (discussions, messages, rooms, receivers, limit, typing, answers);
        All =
        [
            new HandledEvent<SayRequest, Receipt>("message", failures, SayAsync),
            new HandledEvent<TypingRequest, TypingAck>("typing", failures, SetTypingAsync),
            new HandledEvent<SendRequest, Receipt>("send", failures, SendAsync),
            new HandledEvent<EditRequest, MessageView>("edit", failures, EditAsync),
            new HandledEvent<DeleteRequest, MessageView>("delete", failures, DeleteAsync),
            new HandledEvent<JoinRequest, Joined>("join", failures, JoinAsync),
            new HandledEvent<LeaveRequest, LeftAck>("leave", failures, LeaveAsync),
            new HandledEvent<HistoryRequest, HistoryAck>("history", failures, ReadHistoryAsync),
            new HandledEvent<StopAssistantRequest, StopAssistantAck>("stop_assistant", failures, StopAssistantAsync),
        ];
    }

    /// <summary>How requests are read.</summary>
    public static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>Those that are handled; the frequent ones come first.</summary>
    public ClientEvent[] All { get; }

    /// <summary>Does what an event asks for, and answers it.</summary>
    public Task HandleAsync(SocketIoConnection connection, in Packet packet)
    {
        foreach (var clientEvent in All)
        {
            if (clientEvent.Is(in packet))
            {
                return clientEvent.RunAsync(connection, in packet);
            }
        }

        if (packet.Id is not null)
        {
            ClientEvent.Refuse(connection, packet.Id, "", new Refusal(StatusCodes.Status404NotFound, "There is no such event"));
        }

        return Task.CompletedTask;
    }

    private static Refusal NotFound(string? discussionId)
    {
        var (code, message) = NotAMember.Of(discussionId);
        return new Refusal(code, message);
    }

    private Task<Answer<Receipt>> SayAsync(SocketIoConnection connection, SayRequest request) =>
        SendAsync(connection, new SendRequest(DiscussionId.LobbyName, request.Text, request.ClientId));

    private async Task<Answer<Receipt>> SendAsync(SocketIoConnection connection, SendRequest request) =>
        await FindAsync(connection, request.DiscussionId) is { } discussion
            ? await AppendAsync(connection, discussion, request.Text, request.ClientId)
            : NotFound(request.DiscussionId);

    private async Task<Answer<MessageView>> EditAsync(SocketIoConnection connection, EditRequest request) =>
        Draft.TryCreate(request.Text, clientId: null, out var draft, out var error)
            ? await ChangeAsync(connection, request.DiscussionId, request.Id, draft.Text)
            : new Refusal(StatusCodes.Status400BadRequest, error);

    private Task<Answer<MessageView>> DeleteAsync(SocketIoConnection connection, DeleteRequest request) =>
        ChangeAsync(connection, request.DiscussionId, request.Id, text: null);

    private async Task<Answer<MessageView>> ChangeAsync(SocketIoConnection connection, string? discussionId, string? messageId, string? text)
    {
        if (await FindAsync(connection, discussionId) is not { } discussion)
        {
            return NotFound(discussionId);
        }

        return ObjectId.TryParse(messageId, out var id) && await _rooms.Get(discussion).ChangeAsync(id, connection.User, text, connection.Closed) is { } changed
            ? MessageView.Of(changed)
            : new Refusal(StatusCodes.Status404NotFound, "You have no such message");
    }

    private async Task<Answer<Receipt>> AppendAsync(SocketIoConnection connection, DiscussionId discussion, string? text, string? clientId)
    {
        if (!Draft.TryCreate(text, clientId, out var draft, out var error))
        {
            return new Refusal(StatusCodes.Status400BadRequest, error);
        }

        var (isAllowed, wait, isLow) = _limit.Take(connection.User, 1);
        if (!isAllowed)
        {
            return new Refusal(
                StatusCodes.Status429TooManyRequests,
                string.Create(CultureInfo.InvariantCulture, $"Too many messages: try again in {Math.Ceiling(wait.TotalSeconds)} s"));
        }

        if (connection.NeedsWarning(isLow))
        {
            connection.Send(Frame.Event(ServerEvents.Warning, new Warning("You send quickly: soon messages will be refused")));
        }

        // Its id is noted before it is sent: it may be delivered before the call returns.
        draft = draft with { Id = ObjectId.GenerateNewId() };
        var (id, room) = (draft.Id.ToString(), _rooms.Get(discussion));
        if (room.Has(connection))
        {
            connection.BeginSend(id);
        }

        try
        {
            var sent = (await room.AppendAsync(connection.User, [draft], connection.Closed))[0];
            if (sent.Id != draft.Id)
            {
                // A retry of one that was stored before.
                connection.EndSend(id);
            }

            _answers.Consider(discussion, connection.Caller, [sent]);
            return new Receipt(sent.Id.ToString(), sent.Seq, sent.CreatedAt);
        }
        catch (Exception exception)
        {
            // If it was stored all the same, its sender learns so by getting it.
            connection.EndSend(id);
            switch (exception)
            {
                case ClientIdTakenException:
                    return new Refusal(StatusCodes.Status409Conflict, exception.Message);
                case RoomBusyException:
                    return new Refusal(StatusCodes.Status503ServiceUnavailable, exception.Message);
                default:
                    throw;
            }
        }
    }

    private async Task<Answer<TypingAck>> SetTypingAsync(SocketIoConnection connection, TypingRequest request)
    {
        var discussionId = request.DiscussionId ?? DiscussionId.LobbyName;
        if (await FindAsync(connection, discussionId) is not { } discussion)
        {
            return NotFound(discussionId);
        }

        var isTyping = request.IsTyping();
        await _typing.SetAsync(connection.User, connection.Id, discussion, isTyping, connection.Closed);
        return new TypingAck(isTyping);
    }

    private async Task<Answer<Joined>> JoinAsync(SocketIoConnection connection, JoinRequest request)
    {
        if (request.AfterSeq < 0 || request.AfterRev < 0)
        {
            return new Refusal(StatusCodes.Status400BadRequest, "after_seq and after_rev must be 0 or more");
        }

        if (await FindAsync(connection, request.DiscussionId) is not { } discussion)
        {
            return NotFound(request.DiscussionId);
        }

        var room = _rooms.Get(discussion);
        await _receivers.EnterAsync(room, connection);
        var (newest, isComplete) = await room.ReplayAsync(connection, request.AfterSeq, request.AfterRev, connection.Closed);
        return new Joined(discussion.ToString(), newest.Seq, newest.Rev, isComplete);
    }

    private Task<Answer<LeftAck>> LeaveAsync(SocketIoConnection connection, LeaveRequest request)
    {
        if (!DiscussionId.TryParse(request.DiscussionId, out var discussion))
        {
            return Task.FromResult<Answer<LeftAck>>(NotFound(request.DiscussionId));
        }

        _receivers.Leave(discussion, connection);
        return Task.FromResult<Answer<LeftAck>>(new LeftAck(discussion.ToString()));
    }

    private async Task<Answer<HistoryAck>> ReadHistoryAsync(SocketIoConnection connection, HistoryRequest request)
    {
        if (request.Limit is < 1 or > MaxLimit)
        {
            return new Refusal(StatusCodes.Status400BadRequest, $"limit must be 1 to {MaxLimit}");
        }

        if (request is { Before: not null, AfterSeq: not null })
        {
            return new Refusal(StatusCodes.Status400BadRequest, "before and after_seq exclude each other");
        }

        if (await FindAsync(connection, request.DiscussionId) is not { } discussion)
        {
            return NotFound(request.DiscussionId);
        }

        // One more than asked for shows whether there are more.
        var size = request.Limit ?? DefaultLimit;
        var found = request.AfterSeq is { } after
            ? await _messages.ListAfterAsync(discussion, after, size + 1, connection.Closed)
            : await _messages.ListBeforeAsync(discussion, request.Before ?? long.MaxValue, size + 1, connection.Closed);
        return new HistoryAck([.. found.Take(size).Select(message => MessageEvent.Of(MessageView.Of(message)))], found.Count > size);
    }

    private async Task<Answer<StopAssistantAck>> StopAssistantAsync(SocketIoConnection connection, StopAssistantRequest request)
    {
        if (await FindAsync(connection, request.DiscussionId) is null)
        {
            return NotFound(request.DiscussionId);
        }

        if (!ObjectId.TryParse(request.Id, out _))
        {
            return new Refusal(StatusCodes.Status400BadRequest, "id must be that of the message that asked: 24 hex digits");
        }

        await _answers.StopAsync(request.Id!, connection.User);
        return new StopAssistantAck(request.Id!);
    }

    private async Task<DiscussionId?> FindAsync(SocketIoConnection connection, string? discussionId) =>
        DiscussionId.TryParse(discussionId, out var id)
        && (_rooms.Find(id)?.Has(connection) == true || await _discussions.IsMemberAsync(id, connection.User, connection.Closed))
            ? id
            : null;
}
