using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Testing;

/// <summary>Reaches the resources of a running application.</summary>
public static class DistributedApplicationHostingTestingExtensions
{
    /// <summary>Creates a client for an HTTP endpoint of a resource; <c>http</c> or <c>https</c>, if none is named.</summary>
    /// <exception cref="ArgumentException">There is no such resource or endpoint.</exception>
    public static HttpClient CreateHttpClient(this DistributedApplication app, string resourceName, string? endpointName = null)
    {
        var endpoint = FindEndpoint(app, resourceName, endpointName);
        var client = app.Services.GetRequiredService<IHttpClientFactory>().CreateClient();
        client.BaseAddress = new Uri(endpoint.Url);
        return client;
    }

    /// <summary>Gets the address of an endpoint of a resource; that of <c>http</c> or <c>https</c>, if none is named.</summary>
    /// <exception cref="ArgumentException">There is no such resource or endpoint.</exception>
    public static Uri GetEndpoint(this DistributedApplication app, string resourceName, string? endpointName = null) =>
        new(FindEndpoint(app, resourceName, endpointName).Url);

    /// <summary>Gets a resource's connection string.</summary>
    /// <exception cref="ArgumentException">There is no such resource, or it has no connection string.</exception>
    public static ValueTask<string?> GetConnectionStringAsync(this DistributedApplication app, string resourceName, CancellationToken cancellationToken = default) =>
        FindResource(app, resourceName) is IResourceWithConnectionString resource
            ? resource.GetConnectionStringAsync(cancellationToken)
            : throw new ArgumentException($"The resource '{resourceName}' has no connection string.", nameof(resourceName));

    private static IResource FindResource(DistributedApplication app, string resourceName)
    {
        ArgumentNullException.ThrowIfNull(app);
        ArgumentException.ThrowIfNullOrEmpty(resourceName);
        var resources = app.Services.GetRequiredService<DistributedApplicationModel>().Resources;
        return resources.TryGetByName(resourceName, out var resource)
            ? resource
            : throw new ArgumentException($"There is no resource '{resourceName}'. There is: {string.Join(", ", resources.Select(r => r.Name))}.", nameof(resourceName));
    }

    private static EndpointReference FindEndpoint(DistributedApplication app, string resourceName, string? endpointName)
    {
        if (FindResource(app, resourceName) is not IResourceWithEndpoints resource)
        {
            throw new ArgumentException($"The resource '{resourceName}' has no endpoints.", nameof(resourceName));
        }

        string[] names = endpointName is null ? ["http", "https"] : [endpointName];
        var endpoint = names.Select(n => resource.GetEndpoint(n)).FirstOrDefault(e => e.Exists)
            ?? throw new ArgumentException(
                $"The resource '{resourceName}' has no endpoint {string.Join(" or ", names.Select(n => $"'{n}'"))}. It has: {string.Join(", ", resource.GetEndpoints().Select(e => e.EndpointName))}.",
                nameof(endpointName));
        return endpoint.IsAllocated
            ? endpoint
            : throw new InvalidOperationException("The application has not been started, so its endpoints have no addresses yet.");
    }
}
