using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.ServiceDiscovery.Configuration;

/// <summary>Finds a service under <c>Services:{service}:{endpoint}</c>: one value, or a list of them under 0, 1, 2, …</summary>
internal sealed partial class ConfigurationServiceEndpointProvider : IServiceEndpointProvider, IHostNameFeature
{
    private const string DefaultEndpoint = "default";

    private readonly ServiceEndpointQuery _query;
    private readonly IConfiguration _configuration;
    private readonly ConfigurationServiceEndpointProviderOptions _options;
    private readonly ILogger _logger;
    private readonly string[] _schemes;
    private readonly bool _anyScheme;

    public ConfigurationServiceEndpointProvider(
        ServiceEndpointQuery query,
        IConfiguration configuration,
        ConfigurationServiceEndpointProviderOptions options,
        ServiceDiscoveryOptions discovery,
        ILogger logger)
    {
        _query = query;
        _configuration = configuration;
        _options = options;
        _logger = logger;
        _schemes = [.. discovery.ApplyAllowedSchemes(query.IncludedSchemes)];
        _anyScheme = discovery.AllowAllSchemes && query.IncludedSchemes.Count == 0;
    }

    string IHostNameFeature.HostName => _query.ServiceName;

    public ValueTask PopulateAsync(IServiceEndpointBuilder endpoints, CancellationToken cancellationToken)
    {
        if (endpoints.Endpoints.Count > 0)
        {
            return ValueTask.CompletedTask;
        }

        // The whole configuration's token: a section that does not exist yet has none that would fire.
        endpoints.AddChangeToken(_configuration.GetReloadToken());

        var service = _configuration.GetSection(_options.SectionName).GetSection(_query.ServiceName);
        if (FindEndpoint(service) is not { } endpoint)
        {
            LogNothing(_logger, _query, service.Path);
            return ValueTask.CompletedTask;
        }

        foreach (var found in Preferred(Read(endpoint)))
        {
            endpoints.Endpoints.Add(found);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public override string ToString() => "Configuration";

    // Without an endpoint's name, the default endpoint serves, or else the first that is named like an asked-for scheme.
    private IConfigurationSection? FindEndpoint(IConfigurationSection service)
    {
        IEnumerable<string> names = string.IsNullOrWhiteSpace(_query.EndpointName) ? [DefaultEndpoint, .. _schemes] : [_query.EndpointName];
        return names.Select(service.GetSection).FirstOrDefault(section => section.Exists());
    }

    private List<ServiceEndpoint> Read(IConfigurationSection endpoint)
    {
        if (!string.IsNullOrWhiteSpace(endpoint.Value))
        {
            return [Read(endpoint, endpoint.Value)];
        }

        var read = new List<ServiceEndpoint>();
        foreach (var item in endpoint.GetChildren())
        {
            if (!int.TryParse(item.Key, out _))
            {
                throw new KeyNotFoundException($"'{item.Path}' is not an item of a list: the endpoints under '{endpoint.Path}' are numbered.");
            }

            read.Add(Read(item, item.Value));
        }

        return read;
    }

    private ServiceEndpoint Read(IConfigurationSection section, string? value)
    {
        if (!ServiceEndpoint.TryParse(value, out var endpoint))
        {
            throw new KeyNotFoundException($"The value of '{section.Path}' is not an address.");
        }

        endpoint.Features.Set<IServiceEndpointProvider>(this);
        if (_options.ShouldApplyHostNameMetadata(endpoint))
        {
            endpoint.Features.Set<IHostNameFeature>(this);
        }

        return endpoint;
    }

    // Addresses of the best scheme that there is, and those that have no scheme of their own.
    private IEnumerable<ServiceEndpoint> Preferred(List<ServiceEndpoint> endpoints)
    {
        if (_anyScheme)
        {
            return endpoints;
        }

        var best = endpoints.Select(SchemeRank).Where(rank => rank >= 0).DefaultIfEmpty(-1).Min();
        return endpoints.Where(endpoint => endpoint.EndPoint is not UriEndPoint || (best >= 0 && SchemeRank(endpoint) == best));
    }

    private int SchemeRank(ServiceEndpoint endpoint) =>
        endpoint.EndPoint is UriEndPoint { Uri.Scheme: var scheme } ? Array.IndexOf(_schemes, scheme) : -1;

    [LoggerMessage(1, LogLevel.Debug, "Configuration has no endpoint for '{Query}' under '{Path}'.")]
    private static partial void LogNothing(ILogger logger, ServiceEndpointQuery query, string path);
}
