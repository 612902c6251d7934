using System.ComponentModel.DataAnnotations;

namespace Godzilla.Presence.Watching;

/// <summary>How much is kept for watchers.</summary>
internal sealed class WatchingOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Watching";

    /// <summary>How many messages may wait for a watcher before it is cut off.</summary>
    [Range(1, 100_000, ErrorMessage = "Watching:MaxWaiting must be between 1 and 100000.")]
    public int MaxWaiting { get; set; } = 1000;

    /// <summary>How many messages are kept for watchers that come back.</summary>
    [Range(0, 1_000_000, ErrorMessage = "Watching:History must be between 0 and 1000000.")]
    public int History { get; set; } = 10_000;
}
