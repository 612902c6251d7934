using System.ComponentModel.DataAnnotations;

namespace Godzilla.Inference.Admission;

/// <summary>How many requests of a model run at once in a replica, and how many wait.</summary>
internal sealed class AdmissionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Admission";

    /// <summary>How many requests of one model run at once, unless the model says otherwise.</summary>
    [Range(1, 100_000, ErrorMessage = "Admission:Running must be between 1 and 100000.")]
    public int Running { get; set; } = 64;

    /// <summary>How many requests of one model wait. Past it the newest of the key that has most waiting is refused with 503.</summary>
    [Range(0, 100_000, ErrorMessage = "Admission:Waiting must be between 0 and 100000.")]
    public int Waiting { get; set; } = 1024;

    /// <summary>How long a request waits for its turn before it is refused with 503.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00", ErrorMessage = "Admission:MaxWait must be between 00:00:00.1 and 01:00:00.")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(30);
}
