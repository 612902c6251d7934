namespace Godzilla.Gateway.Origins;

/// <summary>From which pages a browser may change something or open a WebSocket.</summary>
internal sealed class OriginOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Origins";

    /// <summary>Origins besides the gateway's own, such as <c>https://godzilla.example</c>: scheme, host and port, nothing more.</summary>
    public string[] Allowed { get; set; } = [];
}
