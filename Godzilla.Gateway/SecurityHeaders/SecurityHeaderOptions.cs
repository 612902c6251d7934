using System.ComponentModel.DataAnnotations;

namespace Godzilla.Gateway.SecurityHeaders;

/// <summary>The part of the security headers that depends on where the gateway is deployed: HTTP Strict Transport Security (RFC 6797).</summary>
internal sealed class SecurityHeaderOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Hsts";

    /// <summary>How long a browser that came by HTTPS shall come by nothing else. Zero: the header is not sent.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00", ErrorMessage = "Hsts:MaxAge must be between 00:00:00 and 3650.00:00:00.")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(365);

    /// <summary>Whether that holds for the names below the host too.</summary>
    public bool IncludeSubDomains { get; set; }

    /// <summary>Whether it is sent for localhost too. A browser would then refuse every other server on this machine that has no TLS.</summary>
    public bool OnLocalhost { get; set; }
}
