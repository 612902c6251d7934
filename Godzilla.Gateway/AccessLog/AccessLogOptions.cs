using System.ComponentModel.DataAnnotations;

namespace Godzilla.Gateway.AccessLog;

/// <summary>The access log on the standard output stream.</summary>
internal sealed class AccessLogOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "AccessLog";

    /// <summary>Whether it is written.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How many lines may wait to be written. Past that they are dropped and counted: a slow reader of the log slows no request.</summary>
    [Range(100, 1_000_000, ErrorMessage = "AccessLog:Capacity must be between 100 and 1000000.")]
    public int Capacity { get; set; } = 10_000;
}
