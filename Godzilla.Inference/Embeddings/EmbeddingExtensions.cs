using System.Net.Mime;
using System.Security.Claims;
using Godzilla.Inference.OpenAI;
using Godzilla.ServiceDefaults.ApiKeys;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Inference.Embeddings;

internal static class EmbeddingExtensions
{
    internal static void AddEmbeddings(this IServiceCollection services) => services.AddSingleton<EmbeddingRunner>();

    internal static void MapEmbeddings(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapOpenAI("/embeddings", ApiKeyScopes.Inference).WithTags("Embeddings");
        group.MapPost("/", CreateAsync).WithSummary("Turns texts into vectors");
    }

    private static async Task<FileContentHttpResult> CreateAsync(HttpContext context, ClaimsPrincipal caller, EmbeddingRunner runner)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var answer = await runner.RunAsync(body, caller, (name, value) => context.Response.Headers[name] = value, context.RequestAborted);
        return TypedResults.Bytes(answer, MediaTypeNames.Application.Json);
    }
}
