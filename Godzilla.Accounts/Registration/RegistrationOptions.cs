using System.ComponentModel.DataAnnotations;

namespace Godzilla.Accounts.Registration;

/// <summary>Who may register.</summary>
internal sealed class RegistrationOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Registration";

    /// <summary>Who may register.</summary>
    [EnumDataType(typeof(RegistrationMode), ErrorMessage = "Registration:Mode must be Open, Invite or Closed.")]
    public RegistrationMode Mode { get; set; } = RegistrationMode.Open;

    /// <summary>How long an invitation is good for, unless the operator says otherwise.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00", ErrorMessage = "Registration:InvitationLifetime must be between 00:01:00 and 365.00:00:00.")]
    public TimeSpan InvitationLifetime { get; set; } = TimeSpan.FromDays(7);
}

/// <summary>Who may register.</summary>
internal enum RegistrationMode
{
    /// <summary>Everybody.</summary>
    Open,

    /// <summary>Who has an invitation.</summary>
    Invite,

    /// <summary>Nobody.</summary>
    Closed,
}
