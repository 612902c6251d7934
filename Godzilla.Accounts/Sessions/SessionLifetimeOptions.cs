using System.ComponentModel.DataAnnotations;

namespace Godzilla.Accounts.Sessions;

/// <summary>How long a session lasts, and how many a user may have.</summary>
internal sealed class SessionLifetimeOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "SessionLifetime";

    /// <summary>From sign-in to the end of the session, used or not.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00", ErrorMessage = "SessionLifetime:Absolute must be between 00:01:00 and 30.00:00:00.")]
    public TimeSpan Absolute { get; set; } = TimeSpan.FromHours(24);

    /// <summary>The same where the user asked to be remembered.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00", ErrorMessage = "SessionLifetime:Remembered must be between 00:01:00 and 365.00:00:00.")]
    public TimeSpan Remembered { get; set; } = TimeSpan.FromDays(30);

    /// <summary>A session that is not used for so long ends; never, if not set. Use is noted once a minute, so less than two minutes makes no sense.</summary>
    [Range(typeof(TimeSpan), "00:02:00", "30.00:00:00", ErrorMessage = "SessionLifetime:Idle must be between 00:02:00 and 30.00:00:00.")]
    public TimeSpan? Idle { get; set; }

    /// <summary>Past so many, a user's oldest session ends.</summary>
    [Range(1, 1000, ErrorMessage = "SessionLifetime:MaxPerUser must be between 1 and 1000.")]
    public int MaxPerUser { get; set; } = 20;

    /// <summary>The longest that any session lasts.</summary>
    public TimeSpan Longest => Absolute > Remembered ? Absolute : Remembered;

    /// <summary>How long a session lasts.</summary>
    public TimeSpan LifetimeOf(bool remember) => remember ? Remembered : Absolute;
}
