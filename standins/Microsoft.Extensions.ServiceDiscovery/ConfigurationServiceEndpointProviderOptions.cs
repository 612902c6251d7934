namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>Where configuration lists services.</summary>
public sealed class ConfigurationServiceEndpointProviderOptions
{
    /// <summary>The section that lists them; <c>Services</c> unless set.</summary>
    public string SectionName { get; set; } = "Services";

    /// <summary>Says of each endpoint whether requests to it carry the service's name as their Host; by default none does.</summary>
    public Func<ServiceEndpoint, bool> ShouldApplyHostNameMetadata { get; set; } = _ => false;
}
