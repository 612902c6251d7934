using System.ComponentModel.DataAnnotations;

namespace Godzilla.Presence.Typing;

/// <summary>How long typing lasts without a renewal.</summary>
internal sealed class TypingOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Typing";

    /// <summary>From the last <c>is_typing: true</c> to the end of typing.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00", ErrorMessage = "Typing:Lifetime must be between 00:00:01 and 00:01:00.")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromSeconds(8);
}
