using System.Collections.Immutable;

namespace Godzilla.Chat.Presence;

/// <summary>
/// Everybody who is online, whenever that has changed, at most twice a second: for clients that know only whole lists. A thousand who come
/// at once make two lists and not a thousand.
/// </summary>
internal sealed class OnlineLists : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private ImmutableArray<Action<IReadOnlyList<string>>> _handlers = [];
    private bool _isPaused;
    private bool _hasChanged;

    public OnlineLists(PresenceWatch watch, TimeProvider time)
    {
        // Always under the watch's lock first: lists are handed on in the order of the changes.
        _timer = time.CreateTimer(_ => watch.WhenReached(0, EndPause), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        watch.OnChanged(_ => Change(watch.Online));
    }

    /// <summary>Calls <paramref name="handler"/> with each list, sorted: by one thread at a time. It must be quick.</summary>
    public void OnList(Action<IReadOnlyList<string>> handler) => ImmutableInterlocked.Update(ref _handlers, handlers => handlers.Add(handler));

    public void Dispose() => _timer.Dispose();

    private void Change(IReadOnlyList<string> online)
    {
        lock (_gate)
        {
            _hasChanged = true;
            if (!_isPaused)
            {
                Tell(online);
            }
        }
    }

    private void EndPause(IReadOnlyList<string> online)
    {
        lock (_gate)
        {
            _isPaused = false;
            if (_hasChanged)
            {
                Tell(online);
            }
        }
    }

    private void Tell(IReadOnlyList<string> online)
    {
        (_isPaused, _hasChanged) = (true, false);
        _timer.Change(Pause, Timeout.InfiniteTimeSpan);
        foreach (var handler in _handlers)
        {
            handler(online);
        }
    }
}
