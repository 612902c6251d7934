using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.ServiceDefaults.Mongo;
using MongoDB.Bson;

namespace Godzilla.Chat.Rooms;

/// <summary>Changes a room's messages, one after the other. As with new ones, the store's unique index decides the numbers between replicas.</summary>
internal sealed class RoomChanges(DiscussionId id, MessageStore messages, RoomFeed feed, RoomBus bus, NewestMessages newest, TimeProvider time) : IDisposable
{
    private const int MaxAttempts = 5;
    private static readonly TimeSpan TurnLimit = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMilliseconds(700);

    private readonly SemaphoreSlim _turn = new(1);
    private long? _last;

    /// <summary>Gives a message another text, or deletes it where that is <see langword="null"/>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="author">Whose it must be; <see langword="null"/> for anybody's.</param>
    /// <param name="text">The text.</param>
    /// <param name="cancellationToken">Ends the wait for those that change others.</param>
    /// <returns>The message as it is now; <see langword="null"/> if there is no such message.</returns>
    /// <exception cref="TimeoutException">The store does not answer; the change may be done or not.</exception>
    public async Task<Message?> ChangeAsync(ObjectId message, string? author, string? text, CancellationToken cancellationToken)
    {
        if (!await _turn.WaitAsync(TurnLimit, cancellationToken))
        {
            throw new TimeoutException($"Discussion {id} is waiting for its store.");
        }

        // The turn ends with the change, not with the wait for it.
        return await TakeTurnAsync(message, author, text).WaitAsync(AnswerLimit, time, CancellationToken.None);
    }

    public void Dispose() => _turn.Dispose();

    private async Task<Message?> TakeTurnAsync(ObjectId message, string? author, string? text)
    {
        try
        {
            for (var attempt = 1; attempt <= MaxAttempts; attempt++)
            {
                _last ??= await messages.GetLastRevAsync(id, CancellationToken.None);
                var (changed, isFree) = await messages.ChangeAsync(id, message, author, text, _last.Value + 1, time.GetBsonTime());
                if (!isFree)
                {
                    _last = null;
                    continue;
                }

                if (changed is not null)
                {
                    _last = changed.Rev;
                    feed.DeliverChange(changed);
                    bus.Publish(id, [changed]);
                    newest.NoteChange(changed);
                }

                return changed;
            }

            throw new TimeoutException($"Discussion {id} is changed by too many others.");
        }
        catch
        {
            _last = null;
            bus.Doubt(id);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }
}
