using Aspire.Hosting.Eventing;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The application is about to start.</summary>
public class BeforeStartEvent : IDistributedApplicationEvent
{
    /// <summary>Creates the event.</summary>
    public BeforeStartEvent(IServiceProvider services, DistributedApplicationModel model)
    {
        Services = services;
        Model = model;
    }

    /// <summary>The app host's services.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The resources.</summary>
    public DistributedApplicationModel Model { get; }
}

/// <summary>All resources have been told to start.</summary>
public class AfterResourcesCreatedEvent : IDistributedApplicationEvent
{
    /// <summary>Creates the event.</summary>
    public AfterResourcesCreatedEvent(IServiceProvider services, DistributedApplicationModel model)
    {
        Services = services;
        Model = model;
    }

    /// <summary>The app host's services.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The resources.</summary>
    public DistributedApplicationModel Model { get; }
}

/// <summary>A resource, or one of its replicas, is about to start: what it waited for is there.</summary>
public class BeforeResourceStartedEvent : IDistributedApplicationResourceEvent
{
    /// <summary>Creates the event.</summary>
    public BeforeResourceStartedEvent(IResource resource, IServiceProvider services)
    {
        Resource = resource;
        Services = services;
    }

    /// <inheritdoc />
    public IResource Resource { get; }

    /// <summary>The app host's services.</summary>
    public IServiceProvider Services { get; }
}

/// <summary>A resource's connection string is known.</summary>
public class ConnectionStringAvailableEvent : IDistributedApplicationResourceEvent
{
    /// <summary>Creates the event.</summary>
    public ConnectionStringAvailableEvent(IResource resource, IServiceProvider services)
    {
        Resource = resource;
        Services = services;
    }

    /// <inheritdoc />
    public IResource Resource { get; }

    /// <summary>The app host's services.</summary>
    public IServiceProvider Services { get; }
}

/// <summary>The addresses of a resource's endpoints are known.</summary>
public class ResourceEndpointsAllocatedEvent : IDistributedApplicationResourceEvent
{
    /// <summary>Creates the event.</summary>
    public ResourceEndpointsAllocatedEvent(IResource resource, IServiceProvider services)
    {
        Resource = resource;
        Services = services;
    }

    /// <inheritdoc />
    public IResource Resource { get; }

    /// <summary>The app host's services.</summary>
    public IServiceProvider Services { get; }
}

/// <summary>A resource is healthy for the first time since it started.</summary>
public class ResourceReadyEvent : IDistributedApplicationResourceEvent
{
    /// <summary>Creates the event.</summary>
    public ResourceReadyEvent(IResource resource, IServiceProvider services)
    {
        Resource = resource;
        Services = services;
    }

    /// <inheritdoc />
    public IResource Resource { get; }

    /// <summary>The app host's services.</summary>
    public IServiceProvider Services { get; }
}

/// <summary>A resource ended.</summary>
public class ResourceStoppedEvent : IDistributedApplicationResourceEvent
{
    /// <summary>Creates the event.</summary>
    public ResourceStoppedEvent(IResource resource, IServiceProvider services, ResourceEvent resourceEvent)
    {
        Resource = resource;
        Services = services;
        ResourceEvent = resourceEvent;
    }

    /// <inheritdoc />
    public IResource Resource { get; }

    /// <summary>The app host's services.</summary>
    public IServiceProvider Services { get; }

    /// <summary>What was known of it at its end.</summary>
    public ResourceEvent ResourceEvent { get; }
}
