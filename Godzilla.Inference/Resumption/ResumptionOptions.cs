using System.ComponentModel.DataAnnotations;

namespace Godzilla.Inference.Resumption;

/// <summary>Completions with an <c>Idempotency-Key</c>, which a client can take up again.</summary>
internal sealed class ResumptionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Resumption";

    /// <summary>How long a completion is kept in Redis after its end.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Resumption:KeepFor must be between 00:00:01 and 1.00:00:00.")]
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a completion outlives the replica that generated it, before clients are told that it was interrupted.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:05:00", ErrorMessage = "Resumption:Lease must be between 00:00:00.5 and 00:05:00.")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(5);
}
