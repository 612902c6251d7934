namespace Godzilla.Gateway.Origins;

/// <summary>The pages from which a browser may change something or open a WebSocket.</summary>
internal sealed class OriginOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Origins";

    /// <summary>Origins in addition to the gateway's own, such as <c>https://godzilla.example</c>: scheme, host and port, nothing more.</summary>
    public string[] Allowed { get; set; } = [];
}
