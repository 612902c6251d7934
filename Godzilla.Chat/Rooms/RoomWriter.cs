using System.Diagnostics;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.ServiceDefaults.Mongo;
using Godzilla.ServiceDefaults.Telemetry;

namespace Godzilla.Chat.Rooms;

/// <summary>
/// Stores a room's messages. Sends queue up; all that wait are stored together, by one insert, with the next numbers.
/// </summary>
/// <remarks>
/// The store's unique index decides the numbers; the writer only guesses the next one. So another replica, or an insert whose answer was
/// lost, costs a second attempt but never a gap or a double.
/// </remarks>
internal sealed class RoomWriter(
    DiscussionId id,
    MessageStore messages,
    RoomFeed feed,
    RoomBus bus,
    NewestMessages newest,
    TimeProvider time,
    MessageMetrics metrics)
{
    private const long Unknown = -1;
    private const int MaxWaiting = 2000;
    private const int MaxBatch = 500;

    // What the limit of the store leaves of the second in which a sender must have an answer.
    private static readonly TimeSpan QueueLimit = TimeSpan.FromMilliseconds(250);

    // For how long a batch is tried again where others write at the same time.
    private static readonly TimeSpan AttemptsLimit = TimeSpan.FromMilliseconds(500);

    // Within this a sender has an answer, and the gateway has time to pass it on.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMilliseconds(950);

    private readonly Lock _gate = new();
    private readonly Queue<PendingSend> _queue = new();
    private int _waiting;
    private bool _isWriting;

    // The number of the newest stored message, or Unknown while only the store knows. A guess: a wrong one costs an attempt.
    private long _last = Unknown;

    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return !_isWriting;
            }
        }
    }

    /// <summary>How many messages wait for their turn.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting;
            }
        }
    }

    /// <summary>Stores messages, in their order.</summary>
    /// <returns>The messages as stored; a draft whose client id is stored already is that message.</returns>
    /// <exception cref="RoomBusyException">The queue is full.</exception>
    /// <exception cref="ClientIdTakenException">A client id was used for another text. The drafts before it are stored.</exception>
    /// <exception cref="TimeoutException">The store does not answer, and may or may not have stored them.</exception>
    public async Task<IReadOnlyList<Message>> AppendAsync(string username, IReadOnlyList<Draft> drafts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var send = new PendingSend(username, drafts);
        lock (_gate)
        {
            if (_waiting + drafts.Count > MaxWaiting)
            {
                throw new RoomBusyException();
            }

            _queue.Enqueue(send);
            _waiting += drafts.Count;
            if (!_isWriting)
            {
                _isWriting = true;
                _ = Task.Run(WriteAsync, CancellationToken.None);
            }
        }

        var started = time.GetTimestamp();
        try
        {
            await send.Begun.WaitAsync(QueueLimit, time, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            if (send.TryAbandon())
            {
                throw;
            }
        }

        var left = AnswerLimit - time.GetElapsedTime(started);
        return await send.Stored.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, CancellationToken.None);
    }

    /// <summary>Notes messages that another replica stored.</summary>
    public void Note(long last)
    {
        if (Volatile.Read(ref _last) is not Unknown and var known && known < last)
        {
            Volatile.Write(ref _last, last);
        }
    }

    private async Task WriteAsync()
    {
        while (TakeBatch() is { Count: > 0 } batch)
        {
            List<PendingSend.Item> items = [.. batch.SelectMany(send => send.Items)];
            using var activity = RoomTraces.Source.StartShared("store messages", batch.Select(send => send.Trace), items.Count);
            try
            {
                await StoreAsync(items);
            }
            catch (Exception exception)
            {
                // It may have stored some, which those who wait for it are not told of, and the feed finds.
                activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", exception.GetType().FullName);
                Volatile.Write(ref _last, Unknown);
                batch.ForEach(send => send.Fail(exception));
                bus.Doubt(id);
            }
        }
    }

    private List<PendingSend> TakeBatch()
    {
        var batch = new List<PendingSend>();
        lock (_gate)
        {
            for (var size = 0; size < MaxBatch && _queue.TryDequeue(out var send);)
            {
                _waiting -= send.Items.Count;
                if (send.TryBegin())
                {
                    batch.Add(send);
                    size += send.Items.Count;
                }
            }

            _isWriting = batch.Count > 0;
        }

        return batch;
    }

    private async Task StoreAsync(List<PendingSend.Item> items)
    {
        var started = time.GetTimestamp();
        while (items.Count > 0)
        {
            if (time.GetElapsedTime(started) > AttemptsLimit)
            {
                throw new TimeoutException($"Discussion {id} is written to by too many others.");
            }

            var last = Volatile.Read(ref _last);
            if (last == Unknown)
            {
                last = await messages.GetLastSeqAsync(id, CancellationToken.None);
                Volatile.Write(ref _last, last);
            }

            var now = time.GetBsonTime();
            var batch = items.Select((item, index) => Stamp(item, last + 1 + index, now)).ToArray();
            var added = await messages.AddAsync(batch);
            if (added > 0)
            {
                Added(batch[..added], items);
            }

            if (items.Count > 0)
            {
                await ResolveAsync(items);
            }
        }
    }

    private void Added(Message[] batch, List<PendingSend.Item> items)
    {
        Volatile.Write(ref _last, batch[^1].Seq);
        metrics.Stored(batch.Length);
        feed.Deliver(batch);
        bus.Publish(id, batch);
        newest.Note(batch);
        for (var i = 0; i < batch.Length; i++)
        {
            items[i].Complete(batch[i]);
        }

        items.RemoveRange(0, batch.Length);
    }

    // The first was refused: its client id is stored, or its number is.
    private async Task ResolveAsync(List<PendingSend.Item> items)
    {
        var (username, draft) = (items[0].Username, items[0].Draft);
        if (draft.ClientId is { } clientId && await messages.FindByClientIdAsync(id, username, clientId, CancellationToken.None) is { } before)
        {
            if (before.Text == draft.Text)
            {
                // Whoever stored it may not have told.
                bus.Announce(id);
                items[0].Complete(before);
                items.RemoveAt(0);
            }
            else
            {
                var send = items[0].Send;
                send.Fail(new ClientIdTakenException());
                items.RemoveAll(item => item.Send == send);
            }
        }
        else
        {
            Volatile.Write(ref _last, Unknown);
        }
    }

    private Message Stamp(PendingSend.Item item, long seq, DateTime now) => new()
    {
        Id = item.Draft.Id,
        DiscussionId = id.Value,
        Seq = seq,
        UserId = item.Username,
        Text = item.Draft.Text,
        ClientId = item.Draft.ClientId,
        CreatedAt = now,
    };
}
