using System.ComponentModel.DataAnnotations;

namespace Godzilla.Presence.Leases;

/// <summary>How long a lease lasts.</summary>
internal sealed class OnlineOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Online";

    /// <summary>The lease of a connection with an id: the users of a chat replica that dies are offline after at most this time.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00", ErrorMessage = "Online:Lease must be between 00:00:05 and 01:00:00.")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The lease of a connection without an id, whose client cannot renew it; as long as a session.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "1.00:00:00", ErrorMessage = "Online:AnonymousLease must be between 00:00:05 and 1.00:00:00.")]
    public TimeSpan AnonymousLease { get; set; } = TimeSpan.FromHours(24);
}
