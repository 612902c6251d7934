using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>One place where a service listens.</summary>
public abstract class ServiceEndpoint
{
    /// <summary>The address: an <see cref="IPEndPoint"/>, a <see cref="DnsEndPoint"/> or a <see cref="UriEndPoint"/>.</summary>
    public abstract EndPoint EndPoint { get; }

    /// <summary>What else is known of the place.</summary>
    public abstract IFeatureCollection Features { get; }

    /// <summary>An endpoint at <paramref name="endPoint"/>, with an empty feature collection unless one is given.</summary>
    public static ServiceEndpoint Create(EndPoint endPoint, IFeatureCollection? features = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        return new AddressedEndpoint(endPoint, features ?? new FeatureCollection());
    }

    /// <summary>
    /// Reads an address: a URI, or a host name or IP address with or without a port (port 0 then stands for "none given").
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? value, [NotNullWhen(true)] out ServiceEndpoint? serviceEndpoint)
    {
        serviceEndpoint = Parse(value) is { } endPoint ? Create(endPoint) : null;
        return serviceEndpoint is not null;
    }

    private static EndPoint? Parse(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
        {
            return null;
        }

        // A scheme of no known default port keeps "no port" apart from "port 80".
        if (!value.Contains("://", StringComparison.Ordinal) && Uri.TryCreate("x-endpoint://" + value, UriKind.Absolute, out var authority))
        {
            var port = Math.Max(authority.Port, 0);
            return IPAddress.TryParse(authority.Host, out var address)
                ? new IPEndPoint(address, port)
                : new DnsEndPoint(authority.Host, port);
        }

        return Uri.TryCreate(value, UriKind.Absolute, out var uri) ? new UriEndPoint(uri) : null;
    }

    private sealed class AddressedEndpoint(EndPoint endPoint, IFeatureCollection features) : ServiceEndpoint
    {
        public override EndPoint EndPoint => endPoint;

        public override IFeatureCollection Features => features;

        public override string? ToString() => endPoint switch
        {
            IPEndPoint { Port: 0, Address: { AddressFamily: System.Net.Sockets.AddressFamily.InterNetworkV6 } address } => $"[{address}]",
            IPEndPoint { Port: 0 } ip => ip.Address.ToString(),
            DnsEndPoint { Port: 0 } dns => dns.Host,
            DnsEndPoint dns => $"{dns.Host}:{dns.Port}",
            _ => endPoint.ToString(),
        };
    }
}
