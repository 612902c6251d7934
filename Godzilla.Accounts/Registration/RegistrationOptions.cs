using System.ComponentModel.DataAnnotations;

namespace Godzilla.Accounts.Registration;

/// <summary>Who may register.</summary>
internal sealed class RegistrationOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Registration";

    /// <summary>Everybody may register.</summary>
    public const string Open = "open";

    /// <summary>Who has an invitation may register.</summary>
    public const string Invite = "invite";

    /// <summary>Nobody may register.</summary>
    public const string Closed = "closed";

    /// <summary>Who may register: everybody, who has an invitation, or nobody.</summary>
    [AllowedValues(Open, Invite, Closed, ErrorMessage = "Registration:Mode must be open, invite or closed.")]
    public string Mode { get; set; } = Open;

    /// <summary>How long an invitation is good for, unless the operator says otherwise.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00", ErrorMessage = "Registration:InvitationLifetime must be between 00:01:00 and 365.00:00:00.")]
    public TimeSpan InvitationLifetime { get; set; } = TimeSpan.FromDays(7);
}
