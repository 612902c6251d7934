using System.ComponentModel.DataAnnotations;

namespace Godzilla.Accounts.Passwords;

/// <summary>What a password's hash costs, and how many may wait to be computed.</summary>
internal sealed class PasswordOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Passwords";

    /// <summary>Rounds of PBKDF2 with HMAC-SHA512. Where it changes, a user's hash is renewed at the next sign-in.</summary>
    [Range(10_000, 10_000_000, ErrorMessage = "Passwords:Iterations must be between 10000 and 10000000.")]
    public int Iterations { get; set; } = 100_000;

    /// <summary>How many hashes may wait in this process.</summary>
    [Range(1, 10_000, ErrorMessage = "Passwords:MaxWaiting must be between 1 and 10000.")]
    public int MaxWaiting { get; set; } = 128;

    /// <summary>How many of them may come from one address.</summary>
    [Range(1, 10_000, ErrorMessage = "Passwords:MaxWaitingPerAddress must be between 1 and 10000.")]
    public int MaxWaitingPerAddress { get; set; } = 16;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (MaxWaitingPerAddress > MaxWaiting)
        {
            yield return new ValidationResult("Passwords:MaxWaitingPerAddress must not exceed Passwords:MaxWaiting.");
        }
    }
}
