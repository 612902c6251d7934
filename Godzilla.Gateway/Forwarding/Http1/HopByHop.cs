using System.Collections.Frozen;
using Microsoft.Net.Http.Headers;

namespace Godzilla.Gateway.Forwarding.Http1;

/// <summary>The headers that are for the next hop only (RFC 9110, section 7.6.1), in requests and responses.</summary>
internal static class HopByHop
{
    private static readonly FrozenSet<string> Names = new[]
    {
        HeaderNames.Connection,
        HeaderNames.KeepAlive,
        HeaderNames.ProxyAuthenticate,
        HeaderNames.ProxyAuthorization,
        HeaderNames.ProxyConnection,
        HeaderNames.TE,
        HeaderNames.Trailer,
        HeaderNames.TransferEncoding,
        HeaderNames.Upgrade,
        "HTTP2-Settings",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool Contains(string name) => Names.Contains(name);
}
