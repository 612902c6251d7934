namespace Aspire.Dashboard.Telemetry;

/// <summary>What sends telemetry: a service, or one of its replicas.</summary>
/// <param name="Name">The service's name.</param>
/// <param name="InstanceId">What tells its replicas apart.</param>
/// <param name="Attributes">What else it says about itself.</param>
public sealed record TelemetryResource(string Name, string? InstanceId, IReadOnlyList<KeyValuePair<string, string>> Attributes)
{
    /// <summary>The id that the app host gives to the same resource.</summary>
    public string Id { get; } = string.IsNullOrEmpty(InstanceId) ? Name : $"{Name}-{InstanceId}";
}
