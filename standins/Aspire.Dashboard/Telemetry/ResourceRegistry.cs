using System.Collections.Concurrent;
using Aspire.Dashboard.Configuration;
using OpenTelemetry.Proto.Common.V1;

namespace Aspire.Dashboard.Telemetry;

/// <summary>The resources that have sent telemetry.</summary>
internal sealed class ResourceRegistry(DashboardOptions options)
{
    // Far more than one application has; whoever sends more has the key and a fault.
    private const int Most = 1_000;

    private readonly ConcurrentDictionary<string, TelemetryResource> _resources = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<TelemetryResource> All => [.. _resources.Values.OrderBy(r => r.Name, StringComparer.OrdinalIgnoreCase).ThenBy(r => r.Id, StringComparer.Ordinal)];

    /// <summary>What it is called: by the service's name, and one of several replicas by its id.</summary>
    public string NameOf(TelemetryResource resource) => _resources.Values.Count(r => r.Name == resource.Name) > 1 ? resource.Id : resource.Name;

    /// <returns>Null where there are too many.</returns>
    public TelemetryResource? GetOrAdd(Resource? message)
    {
        var attributes = OtlpValues.Attributes(message?.Attributes ?? [], options.TelemetryLimits);
        var resource = new TelemetryResource(Find("service.name") is { Length: > 0 } name ? name : "unknown_service", Find("service.instance.id"), attributes);
        return _resources.TryGetValue(resource.Id, out var known) ? known
            : _resources.Count < Most ? _resources.GetOrAdd(resource.Id, resource)
            : null;

        string? Find(string key) => attributes.FirstOrDefault(a => a.Key == key).Value;
    }
}
