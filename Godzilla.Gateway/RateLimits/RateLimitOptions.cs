using System.ComponentModel.DataAnnotations;

namespace Godzilla.Gateway.RateLimits;

/// <summary>How many requests the gateway lets through. docs/rate-limits.md gives the reasons.</summary>
internal sealed class RateLimitOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "RateLimits";

    /// <summary>Sign-ins of one client address.</summary>
    public BucketOptions Login { get; } = new() { PerSecond = 10, Burst = 3 };

    /// <summary>Registrations of one client address.</summary>
    public BucketOptions Registration { get; } = new() { PerSecond = 1, Burst = 30 };

    /// <summary>All requests of one session, or of one client address without a session.</summary>
    public BucketOptions Requests { get; } = new() { PerSecond = 200, Burst = 1000 };

    /// <summary>How many sessions, and how many client addresses, are kept in memory, at about 300 bytes each.</summary>
    [Range(100, 10_000_000, ErrorMessage = "RateLimits:MaxClients must be between 100 and 10000000.")]
    public int MaxClients { get; set; } = 100_000;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Login.Validate($"{Section}:{nameof(Login)}")
            .Concat(Registration.Validate($"{Section}:{nameof(Registration)}"))
            .Concat(Requests.Validate($"{Section}:{nameof(Requests)}"))
            .Select(failure => new ValidationResult(failure));
}
