using System.ComponentModel.DataAnnotations;

namespace Godzilla.Gateway.Shutdown;

/// <summary>How the gateway ends.</summary>
internal sealed class DrainOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Drain";

    /// <summary>How long it goes on serving after it has said that it is not ready, so that whoever sends it requests can notice.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ErrorMessage = "Drain:Delay must be between 00:00:00 and 00:01:00.")]
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(1);
}
