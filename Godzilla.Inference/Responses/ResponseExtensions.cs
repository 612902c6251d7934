using Godzilla.Inference.OpenAI;
using Godzilla.ServiceDefaults.ApiKeys;

namespace Godzilla.Inference.Responses;

internal static class ResponseExtensions
{
    internal static void AddResponses(this IServiceCollection services)
    {
        services.AddOptions<ResponseOptions>().BindConfiguration(ResponseOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ResponseStore>();
        services.AddSingleton<BackgroundResponses>().AddHostedService(provider => provider.GetRequiredService<BackgroundResponses>());
    }

    internal static void MapResponses(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapOpenAI("/responses", ApiKeyScopes.Inference).WithTags("Responses");
        group.MapPost("/", ResponseEndpoints.CreateAsync).WithSummary("Creates a response");
        group.MapGet("/{id}", ResponseEndpoints.GetAsync).WithSummary("Reads a response that is kept");
        group.MapGet("/{id}/input_items", ResponseEndpoints.ListInputAsync).WithSummary("Lists what a response that is kept has answered");
        group.MapDelete("/{id}", ResponseEndpoints.DeleteAsync).WithSummary("Deletes a response that is kept");
        group.MapPost("/{id}/cancel", ResponseEndpoints.CancelAsync).WithSummary("Cancels a response that runs in the background");
    }
}
