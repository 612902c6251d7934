using System.Net.Mime;
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

    /// <summary>
    /// Says which JSON an endpoint takes that reads its body itself. Not with <c>Accepts</c>: routing then answers other content types, from
    /// an endpoint that has no policy.
    /// </summary>
    /// <typeparam name="TBody">The shape of the body.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <returns><paramref name="endpoint"/>.</returns>
    public static RouteHandlerBuilder WithJsonBody<TBody>(this RouteHandlerBuilder endpoint) =>
        endpoint.AddOpenApiOperationTransformer(async (operation, context, cancellationToken) =>
        {
            var document = context.Document!;
            document.AddComponent(typeof(TBody).Name, await context.GetOrCreateSchemaAsync(typeof(TBody), cancellationToken: cancellationToken));
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [MediaTypeNames.Application.Json] = new() { Schema = new OpenApiSchemaReference(typeof(TBody).Name, document) },
                },
            };
        });

    /// <summary>Maps the document, for whoever signs as a service.</summary>
    /// <param name="routes">The service's routes.</param>
    public static void MapApiDocument(this IEndpointRouteBuilder routes) =>
        routes.MapOpenApi(Path).RequireAuthorization(IdentityExtensions.SignedPolicy);
}
