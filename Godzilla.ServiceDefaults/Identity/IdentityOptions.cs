using System.ComponentModel.DataAnnotations;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>
/// Who this service is, who may call it, and whom it may call. Each pair of services has a key of its own, which the app host generates:
/// whoever learns one key can speak as one service to one other.
/// </summary>
public sealed class IdentityOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Identity";

    private const int MinKeyLength = 32;

    /// <summary>This service's name: the issuer of what it signs, the audience of what it accepts.</summary>
    [Required(ErrorMessage = "Identity:Service is missing; the app host sets it.")]
    public string Service { get; set; } = "";

    /// <summary>The services that may call this one, by name.</summary>
    public IDictionary<string, CallerOptions> Callers { get; } = new Dictionary<string, CallerOptions>(StringComparer.Ordinal);

    /// <summary>The services that this one calls, by name.</summary>
    public IDictionary<string, CalleeOptions> Callees { get; } = new Dictionary<string, CalleeOptions>(StringComparer.Ordinal);

    /// <summary>How old a signature may be, and how far two machines' clocks may differ.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ErrorMessage = "Identity:Lifetime must be between 00:00:01 and 00:05:00.")]
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var keys = Callers.Select(caller => ($"Callers:{caller.Key}:Key", caller.Value.Key))
            .Concat(Callers.Where(caller => caller.Value.NextKey is not null).Select(caller => ($"Callers:{caller.Key}:NextKey", caller.Value.NextKey!)))
            .Concat(Callees.Select(callee => ($"Callees:{callee.Key}:Key", callee.Value.Key)));
        return keys.Where(key => key.Item2.Length < MinKeyLength)
            .Select(key => new ValidationResult($"Identity:{key.Item1} must have at least {MinKeyLength} characters; the app host sets it."));
    }
}

/// <summary>A service that may call this one.</summary>
public sealed class CallerOptions
{
    /// <summary>The secret that the two share, at least 32 characters.</summary>
    public string Key { get; set; } = "";

    /// <summary>Accepted as well, so that the key can be changed while both run: first here, then at the caller, then in <see cref="Key"/>.</summary>
    public string? NextKey { get; set; }

    /// <summary>Whether it may name the user it speaks for. Others speak for themselves only.</summary>
    public bool ForUsers { get; set; }
}

/// <summary>A service that this one calls.</summary>
public sealed class CalleeOptions
{
    /// <summary>The secret that the two share, at least 32 characters.</summary>
    public string Key { get; set; } = "";
}
