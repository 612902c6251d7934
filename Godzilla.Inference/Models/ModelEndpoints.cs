using System.Security.Claims;
using Godzilla.Inference.OpenAI;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Inference.Models;

/// <summary>The models that the caller may use.</summary>
internal static class ModelEndpoints
{
    internal static JsonHttpResult<ModelList> List(ClaimsPrincipal caller, ModelRegistry models, ModelHealth health) =>
        TypedResults.Json(new ModelList([.. models.Of(caller).Select(model => ModelView.Of(model, models.Created, health.Of(model)))]), OpenAIJson.Default.ModelList);

    // An id may have slashes, such as meta-llama/Llama-3.1-8B.
    internal static JsonHttpResult<ModelView> Get(string id, ClaimsPrincipal caller, ModelRegistry models, ModelHealth health)
    {
        var model = models.Get(id, caller);
        return TypedResults.Json(ModelView.Of(model, models.Created, health.Of(model)), OpenAIJson.Default.ModelView);
    }
}

/// <summary>A model, as OpenAI's clients read it, and its state, which they pass over.</summary>
internal sealed record ModelView(string Id, string Object, long Created, string OwnedBy, string Status)
{
    public static ModelView Of(Model model, long created, string status) => new(model.Id, "model", created, model.Owner, status);
}

/// <summary>All models that the caller may use.</summary>
internal sealed record ModelList(IReadOnlyList<ModelView> Data)
{
    public string Object { get; } = "list";
}
