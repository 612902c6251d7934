using System.Collections.Concurrent;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.ServiceDefaults.Hosting;

namespace Godzilla.Chat.Rooms;

/// <summary>The rooms of the discussions that are active in this process. One in which nobody is, and nobody writes, is dropped.</summary>
internal sealed class RoomRegistry : BackgroundService
{
    private const int CatchUpsAtOnce = 8;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<DiscussionId, Entry> _rooms = new();
    private readonly IServiceProvider _services;
    private readonly TimeProvider _time;

    public RoomRegistry(RoomBus bus, IServiceProvider services, TimeProvider time)
    {
        (_services, _time) = (services, time);
        bus.OnStored += Receive;
        bus.OnGained += CatchUp;
    }

    /// <returns>The one room that this process has for the discussion.</returns>
    public Room Get(DiscussionId id)
    {
        Entry entry;
        do
        {
            entry = _rooms.GetOrAdd(id, Create);
        }
        while (!entry.TryUse(_time.GetTimestamp()));
        return entry.Room;
    }

    /// <returns>The discussion's room, if it is active.</returns>
    public Room? Find(DiscussionId id) => _rooms.TryGetValue(id, out var entry) ? entry.Room : null;

    // What was used lately stays: whoever asked for it may be about to enter.
    internal void Sweep()
    {
        foreach (var (id, entry) in _rooms)
        {
            var usedAt = entry.UsedAt;
            if (entry.Room.IsIdle && _time.GetElapsedTime(usedAt) > SweepEvery && entry.TryDrop(usedAt))
            {
                _rooms.TryRemove(new(id, entry));
            }
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _time.RepeatAsync(SweepEvery, Sweep, stoppingToken);

    private Entry Create(DiscussionId id)
    {
        var feed = ActivatorUtilities.CreateInstance<RoomFeed>(_services, id);
        var writer = ActivatorUtilities.CreateInstance<RoomWriter>(_services, id, feed);
        var changes = ActivatorUtilities.CreateInstance<RoomChanges>(_services, id, feed);
        return new Entry(ActivatorUtilities.CreateInstance<Room>(_services, id, feed, writer, changes));
    }

    private void Receive(DiscussionId id, Func<IReadOnlyList<Message>> stored) => Find(id)?.Receive(stored());

    private void CatchUp() => _ = Parallel.ForEachAsync(
        _rooms.Values,
        new ParallelOptions { MaxDegreeOfParallelism = CatchUpsAtOnce },
        (entry, _) => new ValueTask(entry.Room.CatchUpAsync()));

    private sealed class Entry(Room room)
    {
        private const long Dropped = long.MinValue;

        private long _usedAt;

        public Room Room => room;

        public long UsedAt => Volatile.Read(ref _usedAt);

        /// <returns><see langword="false"/> if it has been dropped.</returns>
        public bool TryUse(long now)
        {
            while (UsedAt is var before and not Dropped)
            {
                if (Interlocked.CompareExchange(ref _usedAt, now, before) == before)
                {
                    return true;
                }
            }

            return false;
        }

        /// <returns><see langword="false"/> if it has been used since.</returns>
        public bool TryDrop(long usedAt) => Interlocked.CompareExchange(ref _usedAt, Dropped, usedAt) == usedAt;
    }
}
