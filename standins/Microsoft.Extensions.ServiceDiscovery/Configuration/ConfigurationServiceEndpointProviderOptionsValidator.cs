using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.ServiceDiscovery.Configuration;

internal sealed class ConfigurationServiceEndpointProviderOptionsValidator : IValidateOptions<ConfigurationServiceEndpointProviderOptions>
{
    public ValidateOptionsResult Validate(string? name, ConfigurationServiceEndpointProviderOptions options)
    {
        var failures = new List<string>();
        if (string.IsNullOrWhiteSpace(options.SectionName))
        {
            failures.Add($"{nameof(options.SectionName)} must name a section.");
        }

        if (options.ShouldApplyHostNameMetadata is null)
        {
            failures.Add($"{nameof(options.ShouldApplyHostNameMetadata)} must not be null.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
