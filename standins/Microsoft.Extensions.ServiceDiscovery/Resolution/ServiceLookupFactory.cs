using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.ServiceDiscovery.PassThrough;

namespace Microsoft.Extensions.ServiceDiscovery.Resolution;

internal sealed class ServiceLookupFactory(
    IEnumerable<IServiceEndpointProviderFactory> factories,
    IOptions<ServiceDiscoveryOptions> options,
    TimeProvider time,
    ILogger<ServiceEndpointResolver> logger)
{
    // Passing through always has an answer, so it comes last whatever the order of registration.
    private readonly IServiceEndpointProviderFactory[] _factories = [.. factories.OrderBy(f => f is PassThroughServiceEndpointProviderFactory)];

    public ServiceLookup Create(string serviceName)
    {
        if (!ServiceEndpointQuery.TryParse(serviceName, out var query))
        {
            throw new ArgumentException($"'{serviceName}' is not a service's name: it must be a URI, or the host part of one.", nameof(serviceName));
        }

        if (_factories.Length == 0)
        {
            throw new InvalidOperationException("No service endpoint providers are registered; AddServiceDiscovery registers the usual ones.");
        }

        var providers = new List<IServiceEndpointProvider>(_factories.Length);
        foreach (var factory in _factories)
        {
            if (factory.TryCreateProvider(query, out var provider))
            {
                providers.Add(provider);
            }
        }

        return providers.Count > 0
            ? new ServiceLookup(serviceName, [.. providers], time, options.Value.RefreshPeriod, logger)
            : throw new InvalidOperationException($"None of the registered service endpoint providers has an answer for '{serviceName}'.");
    }
}
