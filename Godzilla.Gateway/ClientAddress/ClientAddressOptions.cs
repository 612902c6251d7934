using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Godzilla.Gateway.ClientAddress;

/// <summary>Whose word counts for where a client is and whether it came by HTTPS. By default nobody's but the connection's.</summary>
internal sealed class ClientAddressOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "ClientAddress";

    /// <summary>The proxies in front of the gateway, as addresses (<c>10.0.0.7</c>) or networks (<c>10.0.0.0/24</c>).</summary>
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>How many of them a request passes at most, one after the other.</summary>
    [Range(1, 16, ErrorMessage = "ClientAddress:ForwardLimit must be between 1 and 16.")]
    public int ForwardLimit { get; set; } = 1;

    /// <summary><see cref="TrustedProxies"/> as networks.</summary>
    /// <exception cref="FormatException">One is neither an address nor a network.</exception>
    public IPNetwork[] GetNetworks() => Array.ConvertAll(
        TrustedProxies, text => TryParse(text, out var network) ? network : throw new FormatException($"'{text}' is not a network."));

    /// <returns><see langword="false"/> also for a network that holds everybody.</returns>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network))
        {
            return network.PrefixLength > 0;
        }

        // .NET also reads 10 as 0.0.0.10, and [::1]:80 as ::1.
        if (IPAddress.TryParse(text, out var address) && (text.Count(c => c == '.') == 3 || (text.Contains(':') && !text.Contains('['))))
        {
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        return false;
    }
}
