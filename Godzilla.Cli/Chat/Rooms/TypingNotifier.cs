namespace Godzilla.Cli.Chat.Rooms;

/// <summary>Tells others that the user types: at most every 500 ms, and no more 2 s after the last key.</summary>
/// <param name="time">The clock.</param>
/// <param name="notify">Tells a discussion whether the user types there.</param>
internal sealed class TypingNotifier(TimeProvider time, Action<string, bool> notify)
{
    private static readonly TimeSpan AtMostEvery = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan EndsAfter = TimeSpan.FromSeconds(2);

    private string? _discussion;
    private DateTimeOffset _told;
    private DateTimeOffset _lastKey;

    /// <summary>The user pressed a key that changed a message.</summary>
    public void Typed(string discussion)
    {
        if (_discussion is not null && _discussion != discussion)
        {
            Stop();
        }

        _lastKey = time.GetUtcNow();
        if (_discussion is null || _lastKey - _told >= AtMostEvery)
        {
            (_discussion, _told) = (discussion, _lastKey);
            notify(discussion, true);
        }
    }

    /// <summary>The message was sent, or thrown away.</summary>
    public void Stop()
    {
        if (_discussion is { } discussion)
        {
            _discussion = null;
            notify(discussion, false);
        }
    }

    /// <summary>Call it several times a second.</summary>
    public void Tick()
    {
        if (_discussion is not null && time.GetUtcNow() - _lastKey >= EndsAfter)
        {
            Stop();
        }
    }
}
