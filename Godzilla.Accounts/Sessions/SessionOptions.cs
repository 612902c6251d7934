using System.ComponentModel.DataAnnotations;

namespace Godzilla.Accounts.Sessions;

/// <summary>How long somebody stays signed in.</summary>
internal sealed class SessionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Sessions";

    /// <summary>A session's life, from signing in.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00", ErrorMessage = "Sessions:Lifetime must be between 00:01:00 and 30.00:00:00.")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(24);
}
