using System.ComponentModel.DataAnnotations;

namespace Godzilla.Chat.Messages;

/// <summary>How quickly one user may send.</summary>
internal sealed class SendLimitOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "SendLimit";

    /// <summary>Messages a second, on average.</summary>
    [Range(1, 100_000, ErrorMessage = "SendLimit:PerSecond must be between 1 and 100000.")]
    public int PerSecond { get; set; } = 10;

    /// <summary>Messages at once.</summary>
    [Range(1, 100_000, ErrorMessage = "SendLimit:Burst must be between 1 and 100000.")]
    public int Burst { get; set; } = 30;
}
