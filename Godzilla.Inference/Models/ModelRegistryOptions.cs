using System.ComponentModel.DataAnnotations;
using Godzilla.Inference.Mini;

namespace Godzilla.Inference.Models;

/// <summary>The models that are served.</summary>
internal sealed class ModelRegistryOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Models";

    /// <summary>Whether the model that is built in is served.</summary>
    public bool BuiltIn { get; set; } = true;

    /// <summary>US dollars for a million tokens of the built-in model, in and out.</summary>
    [Range(0.0, 1_000_000.0, ErrorMessage = "Models:BuiltInPrice must be between 0 and 1000000.")]
    public double BuiltInPrice { get; set; }

    /// <summary>The models that upstreams serve, by id.</summary>
    public IDictionary<string, ModelOptions> Served { get; } = new Dictionary<string, ModelOptions>(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        if (BuiltIn)
        {
            ids.Add(MiniExtensions.ModelId);
        }

        foreach (var (key, model) in Served)
        {
            var itself = $"Models:Served:{key}";
            List<ValidationResult> results = [];
            Validator.TryValidateObject(model, new ValidationContext(model), results, validateAllProperties: true);
            foreach (var (name, upstream) in model.Upstreams)
            {
                List<ValidationResult> wrong = [];
                Validator.TryValidateObject(upstream, new ValidationContext(upstream), wrong, validateAllProperties: true);
                results.AddRange(wrong.Select(result => new ValidationResult($"Upstreams:{name}:{result.ErrorMessage}")));
            }

            foreach (var result in results)
            {
                yield return new ValidationResult($"{itself}:{result.ErrorMessage}");
            }

            var id = model.Id ?? key;
            if (id.Length == 0 || id.AsSpan().ContainsAny(" \t\r\n"))
            {
                yield return new ValidationResult($"{itself}:Id must have no spaces.");
            }

            if (!ids.Add(id))
            {
                yield return new ValidationResult($"{itself}:Id must be no other model's: '{id}' is there already.");
            }

            if (model.Upstreams.Count == 0)
            {
                yield return new ValidationResult($"{itself}:Upstreams must name at least one upstream.");
            }
        }

        foreach (var (key, model) in Served.Where(model => model.Value.Fallback is { } fallback && (!ids.Contains(fallback) || fallback == (model.Value.Id ?? model.Key))))
        {
            yield return new ValidationResult($"Models:Served:{key}:Fallback must be the id of another model that is served.");
        }
    }
}
