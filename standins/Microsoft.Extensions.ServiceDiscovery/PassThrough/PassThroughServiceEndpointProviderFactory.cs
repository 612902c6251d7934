using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Microsoft.Extensions.ServiceDiscovery.PassThrough;

internal sealed class PassThroughServiceEndpointProviderFactory : IServiceEndpointProviderFactory
{
    public bool TryCreateProvider(ServiceEndpointQuery query, [NotNullWhen(true)] out IServiceEndpointProvider? provider)
    {
        provider = new PassThroughServiceEndpointProvider(Address(query));
        return true;
    }

    private static EndPoint Address(ServiceEndpointQuery query)
    {
        var text = query.ToString()!;
        var uri = new Uri(text.Contains("://", StringComparison.Ordinal) ? text : "x-endpoint://" + text);
        var port = Math.Max(uri.Port, 0);
        if (IPAddress.TryParse(query.ServiceName, out var address))
        {
            return new IPEndPoint(address, port);
        }

        // Without a host there is no address to be had; the caller gets what was written, to make of it what it can.
        return query.ServiceName.Length > 0 ? new DnsEndPoint(query.ServiceName, port) : new DnsEndPoint(text, 0);
    }
}
