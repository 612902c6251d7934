using Godzilla.Inference.Models;
using Microsoft.Extensions.Options;

namespace Godzilla.Inference.Upstreams;

/// <summary>Checks that each upstream of a model is one that is configured.</summary>
internal sealed class UpstreamNames(IConfiguration configuration) : IValidateOptions<UpstreamOptions>
{
    public ValidateOptionsResult Validate(string? name, UpstreamOptions options)
    {
        // Not the checked options: what is wrong with these is told once.
        var models = new ModelRegistryOptions();
        configuration.GetSection(ModelRegistryOptions.Section).Bind(models);
        string[] failures =
        [
            .. from model in models.Served
               from upstream in model.Value.Upstreams.Keys
               where !options.Services.ContainsKey(upstream)
               select $"Models:Served:{model.Key}:Upstreams:{upstream} must be one of Upstreams:Services.",
        ];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
