using System.ComponentModel.DataAnnotations;

namespace Godzilla.Gateway.Sessions;

/// <summary>How much the gateway remembers of the sessions in Redis.</summary>
internal sealed class SessionCacheOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "SessionCache";

    /// <summary>How many live sessions are kept, at about 1 KB each.</summary>
    [Range(100, 10_000_000, ErrorMessage = "SessionCache:MaxEntries must be between 100 and 10000000.")]
    public int MaxEntries { get; set; } = 50_000;

    /// <summary>For how long a token without a session is remembered, so that garbage does not load Redis.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00", ErrorMessage = "SessionCache:UnknownFor must be between 00:00:00 and 00:01:00.")]
    public TimeSpan UnknownFor { get; set; } = TimeSpan.FromSeconds(5);
}
