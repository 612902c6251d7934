namespace Aspire.Hosting.ApplicationModel;

/// <summary>A URL that is shown for a resource.</summary>
public sealed class ResourceUrlAnnotation : IResourceAnnotation
{
    /// <summary>The URL.</summary>
    public required string Url { get; set; }

    /// <summary>What is shown in its place.</summary>
    public string? DisplayText { get; set; }

    /// <summary>The endpoint that it belongs to, if any.</summary>
    public EndpointReference? Endpoint { get; init; }
}

/// <summary>What a callback for URLs works on.</summary>
public class ResourceUrlsCallbackContext
{
    internal ResourceUrlsCallbackContext(IResource resource, List<ResourceUrlAnnotation> urls)
    {
        Resource = resource;
        Urls = urls;
    }

    /// <summary>The resource.</summary>
    public IResource Resource { get; }

    /// <summary>The URLs so far.</summary>
    public List<ResourceUrlAnnotation> Urls { get; }
}

internal sealed record ResourceUrlsCallbackAnnotation(Action<ResourceUrlsCallbackContext> Callback) : IResourceAnnotation;
