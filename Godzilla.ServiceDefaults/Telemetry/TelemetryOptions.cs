using System.ComponentModel.DataAnnotations;

namespace Godzilla.ServiceDefaults.Telemetry;

/// <summary>Bounds of what is exported.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Telemetry";

    /// <summary>How many traces begin in a second at most, in each replica. What is sampled above that is not recorded; metrics count it all the same.</summary>
    [Range(1, 1_000_000, ErrorMessage = "Telemetry:MaxTracesPerSecond must be between 1 and 1000000.")]
    public int MaxTracesPerSecond { get; set; } = 100;
}
