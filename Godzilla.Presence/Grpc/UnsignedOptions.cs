using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Godzilla.Presence.Grpc;

/// <summary>Who may call without a signature: nobody, unless it is set.</summary>
internal sealed class UnsignedOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Unsigned";

    /// <summary>Networks such as <c>10.1.0.0/16</c> from which unsigned calls are accepted. Whoever is there can say that anybody is online.</summary>
    public IList<string> Networks { get; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Networks.All(network => IPNetwork.TryParse(network, out var parsed) && parsed.PrefixLength > 0)
            ? []
            : [new ValidationResult("Unsigned:Networks must hold networks such as 10.1.0.0/16, and none that holds everybody.")];

    /// <summary>Whether one of the networks holds an address.</summary>
    internal Func<IPAddress?, bool> Trusts()
    {
        var networks = Networks.Select(network => IPNetwork.Parse(network)).ToArray();
        return networks.Length == 0
            ? static _ => false
            : address => address is not null && Array.Exists(
                networks, network => network.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
    }
}
