using System.ComponentModel.DataAnnotations;

namespace Godzilla.Inference.Upstreams;

/// <summary>The services with OpenAI's API that stand behind models.</summary>
internal sealed class UpstreamOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Upstreams";

    /// <summary>How long a connection to an upstream may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00", ErrorMessage = "Upstreams:ConnectTimeout must be between 00:00:00.1 and 00:01:00.")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the first event of a stream may take before the next upstream is asked.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = "Upstreams:FirstToken must be between 00:00:00.1 and 00:10:00.")]
    public TimeSpan FirstToken { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long an answer that is not streamed may take before the next upstream is asked.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:30:00", ErrorMessage = "Upstreams:Answer must be between 00:00:00.1 and 00:30:00.")]
    public TimeSpan Answer { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often a request that failed on its way is sent again to the same upstream.</summary>
    [Range(0, 10, ErrorMessage = "Upstreams:Retries must be between 0 and 10.")]
    public int Retries { get; set; } = 1;

    /// <summary>How many requests an upstream must have had within ten seconds, half of them failed, before it is left alone.</summary>
    [Range(2, 10_000, ErrorMessage = "Upstreams:BreakAfter must be between 2 and 10000.")]
    public int BreakAfter { get; set; } = 5;

    /// <summary>How long an upstream is left alone.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "1.00:00:00", ErrorMessage = "Upstreams:BreakFor must be between 00:00:00.5 and 1.00:00:00.")]
    public TimeSpan BreakFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The upstreams, by the names that models use.</summary>
    public IDictionary<string, UpstreamServiceOptions> Services { get; } = new Dictionary<string, UpstreamServiceOptions>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, service) in Services)
        {
            if (!Uri.TryCreate(service.Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                yield return new ValidationResult($"{Section}:Services:{name}:Address must be the base of an API such as https://api.openai.com/v1.");
            }

            if (service.Key.AsSpan().ContainsAny("\r\n") || service.KeyHeader.Length == 0 || service.KeyHeader.AsSpan().ContainsAny(" :\r\n"))
            {
                yield return new ValidationResult($"{Section}:Services:{name}:Key and KeyHeader must be a header's value and name.");
            }
        }
    }
}

/// <summary>An upstream.</summary>
internal sealed class UpstreamServiceOptions
{
    /// <summary>The base of its API, such as <c>https://api.openai.com/v1</c>.</summary>
    public string Address { get; set; } = "";

    /// <summary>The secret to call it with; empty where it needs none.</summary>
    public string Key { get; set; } = "";

    /// <summary>The header that carries the secret: as a bearer in <c>Authorization</c>, as it is in any other, such as Azure's <c>api-key</c>.</summary>
    public string KeyHeader { get; set; } = "Authorization";
}
