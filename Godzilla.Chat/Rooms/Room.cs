using System.Diagnostics.CodeAnalysis;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.Chat.SignalR;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Rooms;

/// <summary>
/// An active discussion: numbers each message, stores it, and then delivers it to the connected members, in the order of the numbers
/// and once.
/// </summary>
/// <remarks>
/// The store's unique index decides the numbers; the room only guesses the next one. So another replica, or an insert whose answer was
/// lost, costs a second attempt but never a gap or a duplicate. What such an insert stored is delivered before the next message.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore without a wait handle holds no resource.")]
internal sealed partial class Room(
    DiscussionId id,
    MessageStore messages,
    DiscussionStore discussions,
    IHubContext<ChatHub, IChatClient> hub,
    TimeProvider time,
    MessageMetrics metrics,
    ILogger<Room> logger)
{
    // What the limit of the store leaves of the second in which a sender must have an answer.
    private static readonly TimeSpan TurnLimit = TimeSpan.FromMilliseconds(250);

    private const int MaxAttempts = 5;
    private const int CatchUpPage = 100;

    private readonly SemaphoreSlim _turn = new(1, 1);

    // The number of the newest delivered message; null until the store has been asked.
    private long? _delivered;

    // The store may hold messages that were not delivered: an insert failed without saying how much it stored.
    private bool _behind;

    /// <summary>Stores messages and delivers them.</summary>
    /// <param name="username">The sender, a member.</param>
    /// <param name="drafts">The messages, in order.</param>
    /// <param name="cancellationToken">Ends the wait for a turn; an insert that has begun is not cancelled.</param>
    /// <returns>The messages as stored; a draft whose client id is stored already is that message.</returns>
    /// <exception cref="TimeoutException">The store is slow, and earlier senders still wait for it.</exception>
    public async Task<IReadOnlyList<Message>> AppendAsync(
        string username, IReadOnlyList<Draft> drafts, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(TurnLimit, cancellationToken))
        {
            throw new TimeoutException($"Discussion {id} is waiting for its store.");
        }

        try
        {
            var stored = new List<Message>(drafts.Count);
            for (var attempt = 1; stored.Count < drafts.Count; attempt++)
            {
                if (attempt > MaxAttempts)
                {
                    throw new TimeoutException($"Discussion {id} is written to by too many others.");
                }

                var last = await CatchUpAsync();
                var batch = drafts.Skip(stored.Count).Select((draft, index) => Stamp(username, draft, last + 1 + index)).ToArray();

                _behind = true;
                var added = await messages.AddAsync(batch);
                stored.AddRange(batch[..added]);
                metrics.Stored(added);
                if (added == batch.Length)
                {
                    _behind = false;
                    Deliver(batch);
                }
                else if (batch[added].ClientId is { } clientId
                    && await messages.FindByClientIdAsync(id, username, clientId, CancellationToken.None) is { } before)
                {
                    stored.Add(before);
                }
            }

            await CatchUpAsync();
            await RecordAsync(stored[^1]);
            return stored;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<long> CatchUpAsync()
    {
        _delivered ??= await messages.GetLastSeqAsync(id, CancellationToken.None);
        while (_behind)
        {
            var missed = await messages.ListAfterAsync(id, _delivered.Value, CatchUpPage, CancellationToken.None);
            Deliver(missed);
            _behind = missed.Count == CatchUpPage;
        }

        return _delivered.Value;
    }

    private void Deliver(IReadOnlyList<Message> batch)
    {
        foreach (var message in batch)
        {
            hub.Clients.Group(id.ToString()).Message(MessageView.Of(message)).FireAndForget(logger);
            _delivered = message.Seq;
        }
    }

    // The message is stored, so a failure here is no failure of the send: the next message in the discussion repairs the list.
    private async Task RecordAsync(Message message)
    {
        try
        {
            await discussions.SetLastMessageAsync(message);
        }
        catch (Exception exception)
        {
            LogNotRecorded(logger, exception, message.Id.ToString());
        }
    }

    private Message Stamp(string username, Draft draft, long seq) => new()
    {
        DiscussionId = id.Value,
        Seq = seq,
        UserId = username,
        Text = draft.Text,
        ClientId = draft.ClientId,
        CreatedAt = time.GetBsonTime(),
    };

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Message {MessageId} is stored, but not recorded as its discussion's newest")]
    private static partial void LogNotRecorded(ILogger logger, Exception exception, string messageId);
}
