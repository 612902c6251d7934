using System.ComponentModel.DataAnnotations;

namespace Godzilla.Accounts.ApiKeys;

/// <summary>How many API keys a user may have.</summary>
internal sealed class ApiKeyOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "ApiKeys";

    /// <summary>Keys that have expired count until they are deleted.</summary>
    [Range(1, 10_000, ErrorMessage = "ApiKeys:MaxPerUser must be between 1 and 10000.")]
    public int MaxPerUser { get; set; } = 50;
}
