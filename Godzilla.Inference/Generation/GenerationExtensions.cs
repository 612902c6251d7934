using Godzilla.Inference.OpenAI;
using Godzilla.ServiceDefaults.ApiKeys;

namespace Godzilla.Inference.Generation;

internal static class GenerationExtensions
{
    internal static void AddGeneration(this IServiceCollection services)
    {
        services.AddOptions<GenerationOptions>().BindConfiguration(GenerationOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<GenerationMetrics>();
        services.AddSingleton<BuiltInBackend>();
        services.AddSingleton<CompletionErrors>();
        services.AddSingleton<CompletionRunner>();
    }

    internal static void MapGeneration(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapOpenAI("/chat/completions", ApiKeyScopes.Inference).WithTags("Chat completions");
        group.MapPost("/", ChatCompletionEndpoints.CreateAsync).WithSummary("Completes a chat");
    }
}
