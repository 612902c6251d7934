using Godzilla.Chat.Discussions;
using Microsoft.Extensions.Caching.Memory;

namespace Godzilla.Chat.Messages;

/// <summary>The rooms of the discussions that are being spoken in; one that falls silent is forgotten.</summary>
internal sealed class Rooms(IServiceProvider services) : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(10);
    private readonly MemoryCache _rooms = new(new MemoryCacheOptions());
    private readonly Lock _gate = new();

    /// <summary>The room of a discussion.</summary>
    /// <param name="id">The discussion.</param>
    /// <returns>The one room that this process has for it.</returns>
    public Room Get(DiscussionId id)
    {
        lock (_gate)
        {
            return _rooms.GetOrCreate(id, entry =>
            {
                entry.SlidingExpiration = Silence;
                return ActivatorUtilities.CreateInstance<Room>(services, id);
            })!;
        }
    }

    public void Dispose() => _rooms.Dispose();
}
