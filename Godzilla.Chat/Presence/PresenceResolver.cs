using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.ServiceDiscovery;

namespace Godzilla.Chat.Presence;

/// <summary>
/// Finds the addresses of all replicas, so that calls are spread over them: gRPC keeps one connection, and whatever stands in between would
/// send all calls to the replica that this connection leads to. Service discovery names addresses or hosts; a host has all addresses that
/// DNS knows for it.
/// </summary>
internal sealed class PresenceResolver(string service, ServiceEndpointResolver endpoints, TimeProvider time, ILoggerFactory loggers)
    : PollingResolver(loggers)
{
    // New replicas are found after this; that one is gone is noticed at once.
    private static readonly TimeSpan RefreshEvery = TimeSpan.FromSeconds(10);

    private ITimer? _timer;
    private IDisposable? _change;

    protected override void OnStarted() => _timer = time.CreateTimer(_ => Again(), null, RefreshEvery, RefreshEvery);

    protected override async Task ResolveAsync(CancellationToken cancellationToken)
    {
        ServiceEndpointSource source;
        try
        {
            source = await endpoints.GetEndpointsAsync(service, cancellationToken);
        }
        catch (ObjectDisposedException)
        {
            return; // Chat ends, and service discovery did before the channel.
        }

        var addresses = new List<BalancerAddress>();
        foreach (var endpoint in source.Endpoints)
        {
            addresses.AddRange(await AddressesAsync(endpoint.EndPoint, cancellationToken));
        }

        _change?.Dispose();
        _change = source.ChangeToken.RegisterChangeCallback(_ => Again(), null);
        Listener(addresses.Count > 0
            ? ResolverResult.ForResult(addresses)
            : ResolverResult.ForFailure(new Status(StatusCode.Unavailable, $"{service} has no address.")));
    }

    protected override void Dispose(bool disposing)
    {
        _timer?.Dispose();
        _change?.Dispose();
        base.Dispose(disposing);
    }

    private void Again()
    {
        try
        {
            Refresh();
        }
        catch (ObjectDisposedException)
        {
            // The channel has ended meanwhile.
        }
    }

    private static async Task<IEnumerable<BalancerAddress>> AddressesAsync(EndPoint endpoint, CancellationToken cancellationToken)
    {
        var (host, port) = endpoint switch
        {
            IPEndPoint address => (address.Address.ToString(), address.Port),
            DnsEndPoint name => (name.Host, name.Port),
            _ when Uri.TryCreate(endpoint.ToString(), UriKind.Absolute, out var uri) => (uri.DnsSafeHost, uri.Port),
            _ => throw new NotSupportedException($"{endpoint} is no address."),
        };

        // The two addresses of localhost are one server.
        if (IPAddress.TryParse(host, out _) || host is "localhost")
        {
            return [new BalancerAddress(host, port)];
        }

        try
        {
            var found = await Dns.GetHostAddressesAsync(host, cancellationToken);
            return found.Select(address => new BalancerAddress(address.ToString(), port));
        }
        catch (SocketException)
        {
            return []; // Not there yet, or no longer.
        }
    }
}
