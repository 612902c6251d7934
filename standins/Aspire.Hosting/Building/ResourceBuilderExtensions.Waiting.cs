using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Starts a resource once another is healthy.</summary>
    public static IResourceBuilder<T> WaitFor<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.Wait(dependency, WaitType.WaitUntilHealthy);

    /// <summary>Starts a resource once another runs.</summary>
    public static IResourceBuilder<T> WaitForStart<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResourceWithWaitSupport => builder.Wait(dependency, WaitType.WaitUntilStarted);

    /// <summary>Starts a resource once another has ended with that exit code.</summary>
    public static IResourceBuilder<T> WaitForCompletion<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, int exitCode = 0)
        where T : IResourceWithWaitSupport
    {
        RefuseWaitForItself(builder, dependency);
        return builder
            .Uses(dependency.Resource)
            .WithAnnotation(new WaitAnnotation(dependency.Resource, WaitType.WaitForCompletion, exitCode));
    }

    /// <summary>Makes a resource healthy when a health check of the app host is.</summary>
    /// <exception cref="DistributedApplicationException">The resource has that health check already.</exception>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(key);
        return builder.Resource.Annotations.OfType<HealthCheckAnnotation>().Any(h => h.Key == key)
            ? throw new DistributedApplicationException($"The resource '{builder.Resource.Name}' has the health check '{key}' already.")
            : builder.WithAnnotation(new HealthCheckAnnotation(key));
    }

    /// <summary>Makes a resource healthy when it answers an HTTP request.</summary>
    /// <param name="builder">The resource's builder.</param>
    /// <param name="path">The path that is requested; <c>/</c> by default.</param>
    /// <param name="statusCode">The status that is expected; 200 by default.</param>
    /// <param name="endpointName">The endpoint; <c>https</c> or <c>http</c> by default.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, string? endpointName = null)
        where T : IResourceWithEndpoints
    {
        ArgumentNullException.ThrowIfNull(builder);
        string[] names = endpointName is null ? ["https", "http"] : [endpointName];
        var endpoint = names.Select(n => builder.Resource.GetEndpoint(n)).FirstOrDefault(e => e.Exists) ?? throw new DistributedApplicationException(
            $"The HTTP health check of the resource '{builder.Resource.Name}' needs an endpoint {string.Join(" or ", names.Select(n => $"'{n}'"))}, and there is none.");
        if (endpoint.Scheme is not ("http" or "https"))
        {
            throw new DistributedApplicationException(
                $"The HTTP health check of the resource '{builder.Resource.Name}' cannot use the endpoint '{endpoint.EndpointName}', whose scheme is '{endpoint.Scheme}'.");
        }

        var (requested, expected) = (path ?? "/", statusCode ?? 200);
        var key = $"{builder.Resource.Name}_{endpoint.EndpointName}_{requested}_{expected}_check";
        builder.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            key,
            services => new HttpHealthCheck(endpoint, requested, expected, services.GetRequiredService<IHttpClientFactory>()),
            failureStatus: null,
            tags: null));
        return builder.WithHealthCheck(key);
    }

    private static void RefuseWaitForItself<T>(IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(dependency);
        if (dependency.Resource == (IResource)builder.Resource)
        {
            throw new DistributedApplicationException($"The resource '{builder.Resource.Name}' cannot wait for itself.");
        }

        if (builder.Resource is IResourceWithParent child && child.Parent == dependency.Resource)
        {
            throw new DistributedApplicationException($"The resource '{builder.Resource.Name}' cannot wait for '{dependency.Resource.Name}', to which it belongs.");
        }
    }

    private static IResourceBuilder<T> Wait<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResource> dependency, WaitType type)
        where T : IResourceWithWaitSupport
    {
        RefuseWaitForItself(builder, dependency);
        if (dependency.Resource is IResourceWithParent child)
        {
            // A child is of no use without its parent.
            AddWait(builder.Resource, child.Parent, type);
        }

        AddWait(builder.Resource, dependency.Resource, type);
        return builder.Uses(dependency.Resource);
    }

    private static void AddWait(IResource resource, IResource dependency, WaitType type) =>
        resource.Annotations.Add(new WaitAnnotation(dependency, type));
}
