using System.Net;
using Godzilla.Gateway.ClientAddress;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.Limits;

/// <summary>Counts connections, and closes the one that is too many before anything is read from it.</summary>
internal sealed class ConnectionLimit(IOptions<LimitOptions> options, IOptions<ClientAddressOptions> proxies, RefusalMetrics refusals)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ClientNetwork, int> _byAddress = [];
    private readonly IPNetwork[] _proxies = proxies.Value.GetNetworks();
    private readonly LimitOptions _options = options.Value;
    private int _count;

    /// <summary>How many are open.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>How many addresses have one.</summary>
    public int Addresses
    {
        get
        {
            lock (_lock)
            {
                return _byAddress.Count;
            }
        }
    }

    /// <summary>Kestrel calls it for each connection, before TLS.</summary>
    public ConnectionDelegate Limit(ConnectionDelegate next) => async connection =>
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        var (key, limit) = (ClientNetwork.Of(address), LimitOf(address));
        if (TakeOrRefuse(key, limit) is { } reason)
        {
            refusals.Refused(reason);
            connection.Abort(new ConnectionAbortedException("There are too many connections."));
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Return(key);
        }
    };

    private int LimitOf(IPAddress address) =>
        Array.Exists(_proxies, proxy => proxy.Contains(address)) ? int.MaxValue
        : IPAddress.IsLoopback(address) ? _options.ConnectionsPerLoopbackAddress
        : _options.ConnectionsPerAddress;

    private string? TakeOrRefuse(ClientNetwork key, int limit)
    {
        lock (_lock)
        {
            if (_count >= _options.Connections)
            {
                return RefusalMetrics.Connections;
            }

            var open = _byAddress.GetValueOrDefault(key);
            if (open >= limit)
            {
                return RefusalMetrics.ConnectionsPerAddress;
            }

            _byAddress[key] = open + 1;
            _count++;
            return null;
        }
    }

    private void Return(ClientNetwork key)
    {
        lock (_lock)
        {
            _count--;
            if (--_byAddress[key] > 0)
            {
                return;
            }

            _byAddress.Remove(key);
        }
    }
}
