using System.Security.Claims;
using Godzilla.Inference.Mini;
using Godzilla.Inference.OpenAI;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;

namespace Godzilla.Inference.Models;

/// <summary>All models, and who may use which.</summary>
internal sealed class ModelRegistry
{
    private readonly Dictionary<string, Model> _models = new(StringComparer.Ordinal);

    public ModelRegistry(IOptions<ModelRegistryOptions> options, TimeProvider time)
    {
        var value = options.Value;
        if (value.BuiltIn)
        {
            _models.Add(MiniExtensions.ModelId, new Model(MiniExtensions.ModelId, new ModelOptions
            {
                Context = MiniExtensions.ContextTokens,
                MaxOutput = MiniExtensions.ContextTokens,
                InputPrice = value.BuiltInPrice,
                OutputPrice = value.BuiltInPrice,
                Kind = ModelKind.Any,
            }));
        }

        foreach (var (key, model) in value.Served)
        {
            _models.Add(model.Id ?? key, new Model(model.Id ?? key, model));
        }

        Created = time.GetUtcNow().ToUnixTimeSeconds();
    }

    /// <summary>Since when the models are served here, in seconds since 1970: what <c>/v1/models</c> calls created.</summary>
    public long Created { get; }

    public IEnumerable<Model> All => _models.Values;

    /// <summary>A model by its id alone, for what is inside.</summary>
    public Model? Find(string id) => _models.GetValueOrDefault(id);

    /// <summary>A model and those that stand in for it, in their order.</summary>
    public IEnumerable<Model> ChainOf(Model model)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var next = model; next is not null && seen.Add(next.Id); next = next.Fallback is { } fallback ? Find(fallback) : null)
        {
            yield return next;
        }
    }

    /// <summary>Those that a caller may use, by id.</summary>
    public IEnumerable<Model> Of(ClaimsPrincipal caller) =>
        _models.Values.Where(model => IsAllowed(caller, model.Id)).OrderBy(model => model.Id, StringComparer.Ordinal);

    /// <summary>A model for a caller.</summary>
    /// <exception cref="OpenAIException">There is none of this id, or the caller's key may not use it: nobody can tell which.</exception>
    public Model Get(string id, ClaimsPrincipal caller) =>
        _models.TryGetValue(id, out var model) && IsAllowed(caller, id) ? model : throw OpenAIErrors.NoModel(id);

    private static bool IsAllowed(ClaimsPrincipal caller, string id) =>
        caller.AllowedModels() is not { Count: > 0 } allowed || allowed.Contains(id, StringComparer.Ordinal);
}
