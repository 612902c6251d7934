using Godzilla.Inference.OpenAI;
using Godzilla.ServiceDefaults.ApiKeys;
using Microsoft.Extensions.Configuration.Json;

namespace Godzilla.Inference.Models;

internal static class ModelExtensions
{
    internal static void AddModels(this WebApplicationBuilder builder)
    {
        // Before all other settings, so that each of these can override it.
        builder.Configuration.Sources.Insert(0, new JsonConfigurationSource { Path = "models.json", Optional = true, FileProvider = builder.Environment.ContentRootFileProvider });
        builder.Services.AddModels();
    }

    internal static void AddModels(this IServiceCollection services)
    {
        services.AddOptions<ModelRegistryOptions>().BindConfiguration(ModelRegistryOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ModelRegistry>();
        services.AddSingleton<ModelHealth>();
    }

    internal static void MapModels(this IEndpointRouteBuilder routes)
    {
        // Its metric is there before anybody asks for models.
        routes.ServiceProvider.GetRequiredService<ModelHealth>();

        var group = routes.MapOpenAI("/models", ApiKeyScopes.ModelsRead, ApiKeyScopes.Inference).WithTags("Models");
        group.MapGet("/", ModelEndpoints.List).WithSummary("Lists the models that the key may use");
        group.MapGet("/{**id}", ModelEndpoints.Get).WithSummary("Describes one model");
    }
}
