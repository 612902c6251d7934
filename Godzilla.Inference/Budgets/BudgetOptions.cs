using System.ComponentModel.DataAnnotations;

namespace Godzilla.Inference.Budgets;

/// <summary>How much may be used. docs/inference.md gives the reasons.</summary>
internal sealed class BudgetOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Budgets";

    /// <summary>What each user may use, with all keys and sessions together.</summary>
    public BudgetLimits PerUser { get; } = new() { RequestsPerMinute = 600, TokensPerMinute = 1_000_000, TokensPerMonth = 0, DollarsPerMonth = 10 };

    /// <summary>What each API key may use; by default as much as its user.</summary>
    public BudgetLimits PerKey { get; } = new() { RequestsPerMinute = 0, TokensPerMinute = 0, TokensPerMonth = 0, DollarsPerMonth = 0 };

    /// <summary>Other limits for some users, by name. What is not set is as for each user.</summary>
    public IDictionary<string, BudgetLimits> Users { get; } = new Dictionary<string, BudgetLimits>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Other limits for some API keys, by id. What is not set is as for each key.</summary>
    public IDictionary<string, BudgetLimits> Keys { get; } = new Dictionary<string, BudgetLimits>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long a reservation outlives a process that died. Then its worst case counts as spent.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00", ErrorMessage = "Budgets:Lease must be between 00:00:05 and 01:00:00.")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        PerUser.Validate($"{Section}:{nameof(PerUser)}")
            .Concat(PerKey.Validate($"{Section}:{nameof(PerKey)}"))
            .Concat(Users.SelectMany(user => user.Value.Validate($"{Section}:{nameof(Users)}:{user.Key}")))
            .Concat(Keys.SelectMany(key => key.Value.Validate($"{Section}:{nameof(Keys)}:{key.Key}")))
            .Select(failure => new ValidationResult(failure));
}
