using System.ComponentModel.DataAnnotations;

namespace Godzilla.Accounts.Tokens;

/// <summary>The access tokens and refresh tokens of programs, and the keys that sign them.</summary>
internal sealed class TokenOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Tokens";

    /// <summary>Encrypts the private keys in the database, at least 32 characters. With another secret, new keys sign.</summary>
    [MinLength(32, ErrorMessage = "Tokens:Secret must have at least 32 characters; the app host sets it.")]
    public string Secret { get; set; } = "";

    /// <summary>The claim <c>iss</c> of access tokens.</summary>
    [Required(ErrorMessage = "Tokens:Issuer must not be empty.")]
    public string Issuer { get; set; } = "godzilla";

    /// <summary>The claim <c>aud</c> of access tokens.</summary>
    [Required(ErrorMessage = "Tokens:Audience must not be empty.")]
    public string Audience { get; set; } = "godzilla";

    /// <summary>How long an access token is good.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Tokens:AccessLifetime must be between 00:00:01 and 1.00:00:00.")]
    public TimeSpan AccessLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a refresh token is good. Each comes with a new one.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "90.00:00:00", ErrorMessage = "Tokens:RefreshLifetime must be between 00:01:00 and 90.00:00:00.")]
    public TimeSpan RefreshLifetime { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long after the sign-in the last refresh token ends, however often they are renewed.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00", ErrorMessage = "Tokens:FamilyLifetime must be between 00:01:00 and 3650.00:00:00.")]
    public TimeSpan FamilyLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long a key signs before the next takes its place.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "365.00:00:00", ErrorMessage = "Tokens:KeyLifetime must be between 1.00:00:00 and 365.00:00:00.")]
    public TimeSpan KeyLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Past so many sign-ins of programs, a user's oldest ends.</summary>
    [Range(1, 1000, ErrorMessage = "Tokens:MaxPerUser must be between 1 and 1000.")]
    public int MaxPerUser { get; set; } = 50;
}
