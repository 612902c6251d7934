using System.Diagnostics;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;

namespace Godzilla.Chat.Rooms;

/// <summary>
/// Hands a room's messages on to this process's clients, in the order of their numbers and once. They come from the writer here and, over
/// Redis, from those of other replicas; what is missing between two of them is read from the store.
/// </summary>
internal sealed partial class RoomFeed(DiscussionId id, MessageStore messages, TimeProvider time, ILogger<RoomFeed> logger)
{
    private const int Page = 200;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly Dictionary<IRoomClient, Subscription> _clients = [];

    // The newest that was handed on, and the newest that is known of.
    private Position _delivered;
    private Position _known;
    private Task? _filling;

    public bool HasClients
    {
        get
        {
            lock (_gate)
            {
                return _clients.Count > 0;
            }
        }
    }

    /// <summary>A copy.</summary>
    public IReadOnlyList<IRoomClient> Clients
    {
        get
        {
            lock (_gate)
            {
                return [.. _clients.Keys];
            }
        }
    }

    public bool Has(IRoomClient client)
    {
        lock (_gate)
        {
            return _clients.ContainsKey(client);
        }
    }

    /// <summary>Sends a client what comes after a place.</summary>
    public void Add(IRoomClient client, Position floor)
    {
        lock (_gate)
        {
            if (_clients.Count == 0)
            {
                _delivered = Position.Max(_delivered, floor);
            }

            _clients.TryAdd(client, new Subscription(client, Position.Max(_delivered, floor)));
        }
    }

    public void Remove(IRoomClient client)
    {
        lock (_gate)
        {
            _clients.Remove(client);
        }
    }

    /// <summary>Hands stored messages on: some that follow each other.</summary>
    public void Deliver(IReadOnlyList<Message> batch)
    {
        lock (_gate)
        {
            _known = _known with { Seq = Math.Max(_known.Seq, batch[^1].Seq) };
            if (_clients.Count == 0)
            {
                _delivered = _delivered with { Seq = _known.Seq };
            }
            else if (batch[0].Seq > _delivered.Seq + 1)
            {
                _ = Fill();
            }
            else
            {
                HandOn(batch);
            }
        }
    }

    /// <summary>Hands a changed message on.</summary>
    public void DeliverChange(Message changed)
    {
        lock (_gate)
        {
            var rev = changed.Rev ?? 0;
            _known = _known with { Rev = Math.Max(_known.Rev, rev) };
            if (_clients.Count == 0)
            {
                _delivered = _delivered with { Rev = _known.Rev };
            }
            else if (rev > _delivered.Rev + 1 || changed.Seq > _delivered.Seq)
            {
                // Also if its message is not here yet: what is told of it could be older than the change.
                _ = Fill();
            }
            else
            {
                HandOnChanges([changed]);
            }
        }
    }

    /// <summary>Looks for what nobody told of.</summary>
    /// <returns>A task that ends when it is handed on.</returns>
    public Task CatchUpAsync()
    {
        lock (_gate)
        {
            return _clients.Count > 0 ? Fill() : Task.CompletedTask;
        }
    }

    /// <summary>Sends a client what it missed, and then what comes, without a hole and without a double between the two.</summary>
    /// <param name="client">The client.</param>
    /// <param name="after">What it has.</param>
    /// <param name="cancellationToken">Ends the wait for a client that is slow.</param>
    /// <returns>What it has now.</returns>
    public async Task<Position> ReplayAsync(IRoomClient client, Position after, CancellationToken cancellationToken)
    {
        Subscription? subscription;
        lock (_gate)
        {
            if (!_clients.TryGetValue(client, out subscription))
            {
                _clients.Add(client, subscription = new Subscription(client, floor: default));
            }

            subscription.BeginReplay();
        }

        var sent = new Dictionary<long, long>();
        try
        {
            for (var upTo = after; ;)
            {
                var page = await messages.ListAfterAsync(id, upTo.Seq, Page, cancellationToken);
                foreach (var message in page.Where(message => !subscription.HasSent(message.Seq)))
                {
                    await client.SendAsync(RoomEvent.New(message), cancellationToken);
                    sent[message.Seq] = message.Rev ?? 0;
                }

                var changes = await messages.ListChangedAfterAsync(id, upTo.Rev, Page, cancellationToken);
                foreach (var change in changes.Where(change => !subscription.HasSentChange(change.Rev ?? 0) && IsNews(change)))
                {
                    await client.SendAsync(RoomEvent.Changed(change), cancellationToken);
                }

                upTo = new Position(page is [.., { Seq: var seq }] ? seq : upTo.Seq, changes is [.., { Rev: { } rev }] ? rev : upTo.Rev);
                lock (_gate)
                {
                    // A change of a message that is still to come says that there are more.
                    if (page.Count < Page && changes.Count < Page && changes.TrueForAll(change => change.Seq <= upTo.Seq) && subscription.TryEndReplay(after, upTo))
                    {
                        _delivered = _clients.Count == 1 ? Position.Max(_delivered, upTo) : _delivered;
                        return upTo;
                    }
                }
            }
        }
        catch
        {
            lock (_gate)
            {
                subscription.BreakReplay();
            }

            throw;
        }

        // A message that was sent above may have been changed since it was read; one that is still to come is sent as it is then.
        bool IsNews(Message change) => sent.TryGetValue(change.Seq, out var rev)
            ? change.Rev > rev
            : change.Seq <= after.Seq || subscription.HasSent(change.Seq);
    }

    private void HandOn(IReadOnlyList<Message> batch)
    {
        foreach (var message in batch.Where(message => message.Seq > _delivered.Seq))
        {
            var roomEvent = RoomEvent.New(message);
            foreach (var subscription in _clients.Values)
            {
                subscription.Offer(roomEvent);
            }

            _delivered = _delivered with { Seq = message.Seq };
        }
    }

    // A number may be missing: that of a message that was changed again.
    private void HandOnChanges(IReadOnlyList<Message> changes)
    {
        foreach (var changed in changes)
        {
            if (changed.Rev is not { } rev || rev <= _delivered.Rev)
            {
                continue;
            }

            var roomEvent = RoomEvent.Changed(changed);
            foreach (var subscription in _clients.Values)
            {
                subscription.OfferChange(roomEvent, rev);
            }

            _delivered = _delivered with { Rev = rev };
        }
    }

    private Task Fill() => _filling ??= Task.Run(FillAsync);

    // As long as it takes: the clients are here, and the store is the truth.
    private async Task FillAsync()
    {
        while (true)
        {
            Position from;
            lock (_gate)
            {
                from = _delivered;
            }

            List<Message>? page = null;
            List<Message>? changes = null;
            try
            {
                page = await messages.ListAfterAsync(id, from.Seq, Page, CancellationToken.None);
                changes = await messages.ListChangedAfterAsync(id, from.Rev, Page, CancellationToken.None);
            }
            catch (Exception exception)
            {
                LogNotRead(logger, exception.GetType().Name);
                Activity.Current = null; // What follows may last for an outage, and is no part of one user's trace.
                await Task.Delay(RetryAfter, time, CancellationToken.None);
            }

            lock (_gate)
            {
                if (page is not null && changes is not null)
                {
                    // A change is no use to whoever does not have its message yet: then that comes first.
                    HandOn(page);
                    changes = changes.TrueForAll(change => change.Seq <= _delivered.Seq) ? changes : null;
                    HandOnChanges(changes ?? []);

                    // What was told of and is not there, the store has lost.
                    _known = new Position(page is [] && changes is not null ? _delivered.Seq : _known.Seq, changes is [] ? _delivered.Rev : _known.Rev);
                }

                if (_clients.Count == 0
                    || (page?.Count < Page && changes?.Count < Page && _known.Seq <= _delivered.Seq && _known.Rev <= _delivered.Rev))
                {
                    _filling = null;
                    return;
                }
            }
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Messages that are missing cannot be read yet: {Exception}")]
    private static partial void LogNotRead(ILogger logger, string exception);
}
