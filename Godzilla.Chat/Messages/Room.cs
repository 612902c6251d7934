using System.Diagnostics.CodeAnalysis;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Hubs;
using Godzilla.ServiceDefaults.Documents;
using Microsoft.AspNetCore.SignalR;

namespace Godzilla.Chat.Messages;

/// <summary>
/// One discussion while it is spoken in: gives each message its number, has it stored, and only then hands it to those who are
/// connected, in the order of the numbers and each once.
/// </summary>
/// <remarks>
/// The store's unique index decides the numbers; the room only guesses the next one. So another replica, or an insert whose outcome
/// was lost with the store's answer, costs a second attempt and never a gap or a double. What such an insert stored is shown before the
/// next message, or read from the history.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing.")]
internal sealed partial class Room(
    DiscussionId id,
    MessageStore messages,
    DiscussionStore discussions,
    IHubContext<ChatHub, IChatClient> hub,
    TimeProvider time,
    MessageMetrics metrics,
    ILogger<Room> logger)
{
    // What the store's own limit leaves of the second in which a sender must have an answer.
    private static readonly TimeSpan TurnLimit = TimeSpan.FromMilliseconds(250);

    private const int MaxAttempts = 5;
    private const int CatchUpPage = 100;

    private readonly SemaphoreSlim _turn = new(1, 1);

    // The number of the newest message that was handed on; null until the store has been asked.
    private long? _delivered;

    // The store may hold messages that were not handed on: an insert failed without saying how far it came.
    private bool _behind;

    /// <summary>Stores messages and hands them on.</summary>
    /// <param name="username">The sender, who is known to be a member.</param>
    /// <param name="drafts">What they say, in order.</param>
    /// <param name="cancellationToken">Ends the wait for a turn; what has had its turn is carried through.</param>
    /// <returns>The messages as stored; one whose client id had been stored before is that one.</returns>
    /// <exception cref="TimeoutException">The store is slow, and those before are still waiting for it.</exception>
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
            await NoteAsync(stored[^1]);
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
            hub.Clients.Group(id.ToString()).Message(MessageView.Of(message)).GoesOn(logger);
            _delivered = message.Seq;
        }
    }

    // The message is stored and counts, whatever becomes of this: the next one in the discussion mends the list.
    private async Task NoteAsync(Message message)
    {
        try
        {
            await discussions.NoteAsync(message);
        }
        catch (Exception exception)
        {
            LogNotNoted(logger, exception, message.Id.ToString());
        }
    }

    private Message Stamp(string username, Draft draft, long seq) => new()
    {
        DiscussionId = id.Value,
        Seq = seq,
        UserId = username,
        Text = draft.Text,
        ClientId = draft.ClientId,
        CreatedAt = time.GetDocumentTime(),
    };

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Message {MessageId} is stored, but not as its discussion's newest")]
    private static partial void LogNotNoted(ILogger logger, Exception exception, string messageId);
}
