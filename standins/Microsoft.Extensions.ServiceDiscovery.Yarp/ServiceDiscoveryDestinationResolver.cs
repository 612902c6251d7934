using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Microsoft.Extensions.ServiceDiscovery.Yarp;

/// <summary>Makes of each configured destination as many as its service has endpoints.</summary>
internal sealed class ServiceDiscoveryDestinationResolver(
    ServiceEndpointResolver resolver, IOptions<ServiceDiscoveryOptions> options) : IDestinationResolver
{
    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        var sources = await Task.WhenAll(destinations.Select(async destination => (
            Name: destination.Key,
            Config: destination.Value,
            Source: await resolver.GetEndpointsAsync(
                new Uri(destination.Value.Address).GetLeftPart(UriPartial.Authority), cancellationToken))));

        var resolved = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, config, source) in sources)
        {
            foreach (var endpoint in source.Endpoints)
            {
                resolved[$"{name}[{endpoint}]"] = At(config, endpoint.ToString()!);
            }
        }

        return new ResolvedDestinationCollection(resolved, new CompositeChangeToken([.. sources.Select(found => found.Source.ChangeToken)]));
    }

    private DestinationConfig At(DestinationConfig config, string address)
    {
        var asked = new Uri(config.Address);
        var found = new Uri(address.Contains("://", StringComparison.Ordinal) ? address : $"{DefaultScheme(asked)}://{address}");
        return config with
        {
            Address = new UriBuilder(asked) { Scheme = found.Scheme, Host = found.Host, Port = found.Port }.Uri.ToString(),
            Health = string.IsNullOrEmpty(config.Health)
                ? config.Health
                : new UriBuilder(config.Health) { Host = found.Host, Port = found.Port }.Uri.ToString(),
            // Empty means unset, and unset sends the resolved address as the Host.
            Host = string.IsNullOrEmpty(config.Host) ? null : config.Host,
        };
    }

    private string DefaultScheme(Uri asked)
    {
        if (!asked.Scheme.Contains('+', StringComparison.Ordinal))
        {
            return asked.Scheme;
        }

        var (schemes, settings) = (asked.Scheme.Split('+'), options.Value);
        return schemes.FirstOrDefault(scheme =>
                settings.AllowAllSchemes || settings.AllowedSchemes.Contains(scheme, StringComparer.OrdinalIgnoreCase))
            ?? throw new InvalidOperationException($"None of the schemes '{string.Join(", ", schemes)}' is among the allowed ones.");
    }
}
