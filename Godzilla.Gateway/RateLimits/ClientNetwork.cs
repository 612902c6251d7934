using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Godzilla.Gateway.RateLimits;

/// <summary>What counts as one client: an IPv4 address, or the /64 of an IPv6 address, of which one customer has all.</summary>
/// <param name="Prefix">The address, or the first half of it.</param>
/// <param name="IsV6">Which of the two.</param>
internal readonly record struct ClientNetwork(ulong Prefix, bool IsV6)
{
    private const int Bytes = 16;
    private const int Half = 8;

    /// <param name="address"><see langword="null"/> where the connection has none: all those are one client.</param>
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

    /// <returns>Such as <c>192.0.2.7</c> or <c>2001:db8::</c>.</returns>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Prefix);
        return new IPAddress(IsV6 ? bytes : bytes[(Half - sizeof(uint))..Half]).ToString();
    }
}
