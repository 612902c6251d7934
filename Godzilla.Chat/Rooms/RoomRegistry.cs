using Godzilla.Chat.Discussions;
using Microsoft.Extensions.Caching.Memory;

namespace Godzilla.Chat.Rooms;

/// <summary>The rooms of the discussions that are active; a room that is idle is removed.</summary>
internal sealed class RoomRegistry(IServiceProvider services) : IDisposable
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(10);
    private readonly MemoryCache _rooms = new(new MemoryCacheOptions());
    private readonly Lock _gate = new();

    /// <returns>The one room that this process has for the discussion.</returns>
    public Room Get(DiscussionId id)
    {
        lock (_gate)
        {
            return _rooms.GetOrCreate(id, entry =>
            {
                entry.SlidingExpiration = IdleLimit;
                return ActivatorUtilities.CreateInstance<Room>(services, id);
            })!;
        }
    }

    public void Dispose() => _rooms.Dispose();
}
