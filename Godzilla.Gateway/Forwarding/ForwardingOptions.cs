using System.ComponentModel.DataAnnotations;

namespace Godzilla.Gateway.Forwarding;

internal sealed class ForwardingOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Forwarding";

    /// <summary>How long a connection to a service may take. A service that is down must not cost a client more than a second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:30", ErrorMessage = "Forwarding:ConnectTimeout must be between 00:00:00.1 and 00:00:30.")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(0.9);
}
