using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Godzilla.ServiceDefaults.ApiDocuments;

/// <summary>A service's own OpenAPI document: its endpoints, with tags, summaries and the shapes of bodies. The gateway shows what it routes.</summary>
public static class ApiDocumentExtensions
{
    /// <summary>Where a service has it.</summary>
    public const string Path = "/openapi.json";

    /// <summary>Adds the document. Endpoints describe themselves with <c>WithTags</c> and <c>WithSummary</c>.</summary>
    /// <param name="services">The service's services.</param>
    /// <returns><paramref name="services"/>.</returns>
    public static IServiceCollection AddApiDocument(this IServiceCollection services) =>
        services.AddOpenApi(options => options.AddSchemaTransformer((schema, context, _) =>
        {
            // Numbers may be read from strings; they are never written so, and nobody should send them so.
            if (schema.Type is { } type && (type.HasFlag(JsonSchemaType.Integer) || type.HasFlag(JsonSchemaType.Number)))
            {
                (schema.Type, schema.Pattern) = (type & ~JsonSchemaType.String, null);
            }

            // For a property that cannot be set, the generator takes the setter's nullability.
            if (context.JsonPropertyInfo is { Set: null, IsGetNullable: false })
            {
                schema.Type &= ~JsonSchemaType.Null;
            }

            return Task.CompletedTask;
        }));

    /// <summary>Maps the document, for whoever signs as a service.</summary>
    /// <param name="routes">The service's routes.</param>
    public static void MapApiDocument(this IEndpointRouteBuilder routes) =>
        routes.MapOpenApi(Path).RequireAuthorization(IdentityExtensions.SignedPolicy);
}
