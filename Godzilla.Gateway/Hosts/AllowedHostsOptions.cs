using Microsoft.Extensions.Primitives;

namespace Godzilla.Gateway.Hosts;

/// <summary>The names under which the gateway is reached: ASP.NET Core's setting <c>AllowedHosts</c>, separated by semicolons.</summary>
internal sealed class AllowedHostsOptions
{
    /// <summary>The configuration key.</summary>
    public const string Key = "AllowedHosts";

    /// <summary>Any host.</summary>
    public const string Any = "*";

    /// <summary>This machine only. It is the default outside Development: a deployment names its hosts.</summary>
    public const string Local = "localhost;127.0.0.1;[::1]";

    private const string AnyLabel = "*.";

    /// <summary>Names, addresses (IPv6 in brackets), and <c>*.example.org</c> for every name below.</summary>
    public StringSegment[] Hosts { get; set; } = [];

    public bool IsAny => Array.Exists(Hosts, host => host == Any);

    /// <summary>Whether it has hosts, without scheme, port or path.</summary>
    public bool IsValid => Hosts.Length > 0 && Array.TrueForAll(Hosts, host => IsHost(host.ToString()));

    private static bool IsHost(string host) => host == Any || Uri.CheckHostName(host.StartsWith(AnyLabel, StringComparison.Ordinal) ? host[AnyLabel.Length..] : host) switch
    {
        UriHostNameType.Unknown => false,
        UriHostNameType.IPv6 => host.StartsWith('['),
        _ => true,
    };
}
