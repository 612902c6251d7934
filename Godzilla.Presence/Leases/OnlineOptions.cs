using System.ComponentModel.DataAnnotations;

namespace Godzilla.Presence.Leases;

/// <summary>How long leases last, and when somebody counts as gone or away.</summary>
internal sealed class OnlineOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Online";

    /// <summary>The lease of a connection with an id: the users of a chat replica that dies are offline after it and a moment, so within 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "Online:Lease must be between 00:00:01 and 01:00:00.")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(9);

    /// <summary>The lease of a connection without an id, whose client cannot renew it; as long as a session.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Online:AnonymousLease must be between 00:00:01 and 1.00:00:00.")]
    public TimeSpan AnonymousLease { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long watchers are not told that somebody left: a page that is loaded again does not flicker.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ErrorMessage = "Online:LeaveDelay must be between 00:00:00 and 00:01:00.")]
    public TimeSpan LeaveDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Without activity for this long, somebody who is online is away.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Online:AwayAfter must be between 00:00:01 and 1.00:00:00.")]
    public TimeSpan AwayAfter { get; set; } = TimeSpan.FromMinutes(5);
}
