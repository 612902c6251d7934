using System.ComponentModel.DataAnnotations;

namespace Godzilla.Chat.Sessions;

/// <summary>How long a socket may outlive its session.</summary>
internal sealed class SessionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Sessions";

    /// <summary>How often the sessions of the open connections are looked up, for those that ended without a word or whose word was lost.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ErrorMessage = "Sessions:CheckEvery must be between 00:00:01 and 00:05:00.")]
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromSeconds(10);
}
