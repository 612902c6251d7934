using System.ComponentModel.DataAnnotations;

namespace Godzilla.Presence.Online;

/// <summary>How long somebody is online without word of them.</summary>
internal sealed class OnlineOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Online";

    /// <summary>A connection's lease: a chat replica that dies takes its users offline after at most this long.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00", ErrorMessage = "Online:Lease must be between 00:00:05 and 01:00:00.")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The lease of a connection without an id, whose client knows no renewal; as long as a session.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00", ErrorMessage = "Online:AnonymousLease must be between 00:00:05 and 1.00:00:00.")]
    public TimeSpan AnonymousLease { get; set; } = TimeSpan.FromHours(24);
}
