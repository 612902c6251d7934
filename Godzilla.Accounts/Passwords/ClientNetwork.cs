using System.Net;
using System.Net.Sockets;

namespace Godzilla.Accounts.Passwords;

/// <summary>What counts as one client: an IPv4 address, or the /64 of an IPv6 address, of which one customer has all.</summary>
internal static class ClientNetwork
{
    private const int PrefixBytes = 8;

    /// <param name="address">The signed address; empty where a service calls in its own name.</param>
    internal static string Of(string address)
    {
        if (!IPAddress.TryParse(address, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        if (parsed.IsIPv4MappedToIPv6)
        {
            return parsed.MapToIPv4().ToString();
        }

        var bytes = parsed.GetAddressBytes();
        Array.Clear(bytes, PrefixBytes, bytes.Length - PrefixBytes);
        return new IPAddress(bytes).ToString();
    }
}
