using System.ComponentModel.DataAnnotations;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>The key and lifetime of signed identities.</summary>
public sealed class IdentityOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Identity";

    /// <summary>The secret that the services share, at least 32 characters; the app host generates it.</summary>
    [Required(ErrorMessage = "Identity:Key is missing; the app host sets it (parameter identity-key).")]
    [MinLength(32, ErrorMessage = "Identity:Key must have at least 32 characters.")]
    public string Key { get; set; } = "";

    /// <summary>How old a signature may be, and how far two machines' clocks may differ.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ErrorMessage = "Identity:Lifetime must be between 00:00:01 and 00:05:00.")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromSeconds(30);
}
