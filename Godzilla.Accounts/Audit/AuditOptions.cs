using System.ComponentModel.DataAnnotations;

namespace Godzilla.Accounts.Audit;

/// <summary>How long the audit is kept, and how much of it.</summary>
internal sealed class AuditOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Audit";

    /// <summary>How long an entry is kept. A change applies to new entries.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00", ErrorMessage = "Audit:KeepFor must be between 1.00:00:00 and 3650.00:00:00.")]
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromDays(90);

    /// <summary>Past so many failed sign-ins to an account in a minute, further ones are one entry with a count.</summary>
    [Range(1, 1000, ErrorMessage = "Audit:MaxFailuresPerMinute must be between 1 and 1000.")]
    public int MaxFailuresPerMinute { get; set; } = 10;
}
