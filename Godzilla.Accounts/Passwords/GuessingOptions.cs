using System.ComponentModel.DataAnnotations;

namespace Godzilla.Accounts.Passwords;

/// <summary>How many wrong passwords are too many, and how long the next attempt then has to wait. docs/sign-in.md gives the reasons.</summary>
internal sealed class GuessingOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Guessing";

    /// <summary>How many failures one account may have within <see cref="Window"/>: from all new addresses together, and from each known one.</summary>
    [Range(1, 1000, ErrorMessage = "Guessing:Failures must be between 1 and 1000.")]
    public int Failures { get; set; } = 10;

    /// <summary>How many failures one address may have within <see cref="Window"/>, over all accounts.</summary>
    [Range(1, 100_000, ErrorMessage = "Guessing:FailuresPerAddress must be between 1 and 100000.")]
    public int FailuresPerAddress { get; set; } = 100;

    /// <summary>How long a failure counts.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Guessing:Window must be between 00:00:01 and 1.00:00:00.")]
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The wait after the first time that there were too many; it doubles each time.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Guessing:FirstWait must be between 00:00:01 and 1.00:00:00.")]
    public TimeSpan FirstWait { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Guessing:MaxWait must be between 00:00:01 and 1.00:00:00.")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How many addresses an account knows: the last from which somebody signed in to it.</summary>
    [Range(1, 1000, ErrorMessage = "Guessing:KnownAddresses must be between 1 and 1000.")]
    public int KnownAddresses { get; set; } = 20;

    /// <summary>How long an account without a sign-in knows its addresses.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00", ErrorMessage = "Guessing:KnownFor must be between 00:01:00 and 365.00:00:00.")]
    public TimeSpan KnownFor { get; set; } = TimeSpan.FromDays(90);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (FirstWait > MaxWait)
        {
            yield return new ValidationResult("Guessing:FirstWait must not exceed Guessing:MaxWait.");
        }
    }
}
