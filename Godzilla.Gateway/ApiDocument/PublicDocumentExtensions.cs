using System.Net.Mime;
using Godzilla.ServiceDefaults.Errors;

namespace Godzilla.Gateway.ApiDocument;

/// <summary>Shows clients what they can call, as OpenAPI.</summary>
internal static class PublicDocumentExtensions
{
    internal const string Path = "/openapi.json";

    internal static void AddPublicDocument(this IServiceCollection services)
    {
        services.AddSingleton<RoutedOperations>();
        services.AddSingleton<ServiceDocuments>();
        services.AddSingleton<PublicDocument>();
        services.Configure<DependencyFailures>(failures => failures.Add<HttpRequestException>());
    }

    internal static void MapPublicDocument(this IEndpointRouteBuilder routes) => routes.MapGet(
        Path,
        async (PublicDocument document, CancellationToken cancellationToken) =>
            TypedResults.Bytes(await document.GetAsync(cancellationToken), MediaTypeNames.Application.Json));
}
