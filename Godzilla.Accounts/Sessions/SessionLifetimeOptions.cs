using System.ComponentModel.DataAnnotations;

namespace Godzilla.Accounts.Sessions;

/// <summary>How long a session lasts.</summary>
internal sealed class SessionLifetimeOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "SessionLifetime";

    /// <summary>From sign-in to the end of the session, used or not.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00", ErrorMessage = "SessionLifetime:Absolute must be between 00:01:00 and 30.00:00:00.")]
    public TimeSpan Absolute { get; set; } = TimeSpan.FromHours(24);
}
