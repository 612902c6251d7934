using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Godzilla.ServiceDefaults.Identity;

/// <summary>What counts as one client: an IPv4 address, or the /64 of an IPv6 address, of which one customer has all.</summary>
/// <param name="Prefix">The address, or the first half of it.</param>
/// <param name="IsV6">Which of the two.</param>
public readonly record struct ClientNetwork(ulong Prefix, bool IsV6)
{
    private const int Bytes = 16;
    private const int Half = 8;

    /// <summary>The client of a connection.</summary>
    /// <param name="address"><see langword="null"/> where the connection has none: all those are one client.</param>
    /// <returns>The same for an IPv4 address and the IPv6 address that stands for it.</returns>
    public static ClientNetwork Of(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (address is null || !address.TryWriteBytes(bytes, out _))
        {
            return default;
        }

        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            return new ClientNetwork(BinaryPrimitives.ReadUInt32BigEndian(bytes), IsV6: false);
        }

        return address.IsIPv4MappedToIPv6
            ? new ClientNetwork(BinaryPrimitives.ReadUInt32BigEndian(bytes[^sizeof(uint)..]), IsV6: false)
            : new ClientNetwork(BinaryPrimitives.ReadUInt64BigEndian(bytes), IsV6: true);
    }

    /// <summary>The client of a signed identity.</summary>
    /// <param name="address">Its address; empty where a service calls in its own name.</param>
    /// <returns>As <see cref="ToString"/> has it, or <paramref name="address"/> if it is none.</returns>
    public static string Of(string address) => IPAddress.TryParse(address, out var parsed) ? Of(parsed).ToString() : address;

    /// <summary>The network as an address.</summary>
    /// <returns>Such as <c>192.0.2.7</c> or <c>2001:db8::</c>.</returns>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Prefix);
        return new IPAddress(IsV6 ? bytes : bytes[(Half - sizeof(uint))..Half]).ToString();
    }
}
