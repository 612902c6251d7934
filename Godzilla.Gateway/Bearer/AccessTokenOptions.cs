using System.ComponentModel.DataAnnotations;

namespace Godzilla.Gateway.Bearer;

/// <summary>Which access tokens the gateway takes. Accounts issues them, under <c>Tokens:Issuer</c> and <c>Tokens:Audience</c>.</summary>
internal sealed class AccessTokenOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "AccessTokens";

    /// <summary>The claim <c>iss</c> that they must have.</summary>
    [Required(ErrorMessage = "AccessTokens:Issuer must not be empty.")]
    public string Issuer { get; set; } = "godzilla";

    /// <summary>The claim <c>aud</c> that they must have.</summary>
    [Required(ErrorMessage = "AccessTokens:Audience must not be empty.")]
    public string Audience { get; set; } = "godzilla";

    /// <summary>After so long the published keys are fetched anew, so that one that is withdrawn is no longer taken.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "AccessTokens:KeySetLifetime must be between 00:00:01 and 1.00:00:00.")]
    public TimeSpan KeySetLifetime { get; set; } = TimeSpan.FromMinutes(5);
}
