using System.ComponentModel.DataAnnotations;

namespace Godzilla.Inference.Mini;

/// <summary>Latency and faults of the built-in model, for tests of what stands in front of it. By default it has neither.</summary>
internal sealed class MiniOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Mini";

    /// <summary>How long the first token takes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "Mini:Latency must be between 00:00:00 and 00:10:00.")]
    public TimeSpan Latency { get; set; }

    /// <summary>How long each further token takes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ErrorMessage = "Mini:TokenLatency must be between 00:00:00 and 00:01:00.")]
    public TimeSpan TokenLatency { get; set; }

    /// <summary>How many requests fail before their first token, counted from the start of the process.</summary>
    [Range(0, int.MaxValue, ErrorMessage = "Mini:FailRequests must be at least 0.")]
    public int FailRequests { get; set; }

    /// <summary>After how many tokens each generation fails; 0 means never.</summary>
    [Range(0, int.MaxValue, ErrorMessage = "Mini:FailAfterTokens must be at least 0.")]
    public int FailAfterTokens { get; set; }
}
