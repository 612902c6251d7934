using System.ComponentModel.DataAnnotations;

namespace Godzilla.Chat.Presence;

/// <summary>How this service calls Presence.</summary>
internal sealed class PresenceOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Presence";

    /// <summary>How long a call may take, so that callers have an answer within a second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10", ErrorMessage = "Presence:Deadline must be between 00:00:00.1 and 00:00:10.")]
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMilliseconds(700);

    /// <summary>How often the leases of the open connections are renewed; much shorter than a lease, which is 9 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:00:30", ErrorMessage = "Presence:RenewEvery must be between 00:00:00.5 and 00:00:30.")]
    public TimeSpan RenewEvery { get; set; } = TimeSpan.FromSeconds(3);
}
