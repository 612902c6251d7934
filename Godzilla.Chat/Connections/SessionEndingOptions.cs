using System.ComponentModel.DataAnnotations;

namespace Godzilla.Chat.Connections;

/// <summary>How quickly a socket follows the end of its session when pub/sub did not report it.</summary>
internal sealed class SessionEndingOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "SessionEndings";

    /// <summary>How often the sessions of the open connections are looked up: one that expires is not published, and pub/sub can miss messages.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00", ErrorMessage = "SessionEndings:CheckEvery must be between 00:00:00.1 and 00:05:00.")]
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromSeconds(1);
}
