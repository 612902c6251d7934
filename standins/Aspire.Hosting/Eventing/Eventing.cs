using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;

namespace Aspire.Hosting.Eventing
{
    /// <summary>An event of a resource.</summary>
    public interface IDistributedApplicationResourceEvent
    {
        /// <summary>The resource.</summary>
        IResource Resource { get; }
    }

    /// <summary>A subscription to events.</summary>
    public class DistributedApplicationEventSubscription
    {
        internal DistributedApplicationEventSubscription(Type type, IResource resource, Func<IDistributedApplicationResourceEvent, CancellationToken, Task> callback)
        {
            Type = type;
            Resource = resource;
            Callback = callback;
        }

        internal Type Type { get; }

        internal IResource Resource { get; }

        internal Func<IDistributedApplicationResourceEvent, CancellationToken, Task> Callback { get; }
    }

    /// <summary>Publishes events to subscribers.</summary>
    public interface IDistributedApplicationEventing
    {
        /// <summary>Subscribes to the events of a type and a resource.</summary>
        DistributedApplicationEventSubscription Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback)
            where T : IDistributedApplicationResourceEvent;

        /// <summary>Calls all subscribers, one after the other.</summary>
        Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default)
            where T : IDistributedApplicationResourceEvent;
    }

    internal sealed class DistributedApplicationEventing : IDistributedApplicationEventing
    {
        private readonly Lock _lock = new();
        private readonly List<DistributedApplicationEventSubscription> _subscriptions = [];

        public DistributedApplicationEventSubscription Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback)
            where T : IDistributedApplicationResourceEvent
        {
            var subscription = new DistributedApplicationEventSubscription(
                typeof(T), resource, (@event, cancellationToken) => callback((T)@event, cancellationToken));
            lock (_lock)
            {
                _subscriptions.Add(subscription);
            }

            return subscription;
        }

        public async Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default)
            where T : IDistributedApplicationResourceEvent
        {
            DistributedApplicationEventSubscription[] subscribers;
            lock (_lock)
            {
                subscribers = [.. _subscriptions.Where(s => s.Type == typeof(T) && s.Resource == @event.Resource)];
            }

            foreach (var subscriber in subscribers)
            {
                await subscriber.Callback(@event, cancellationToken);
            }
        }
    }
}

namespace Aspire.Hosting.ApplicationModel
{
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
}

namespace Aspire.Hosting
{
    /// <summary>Subscribes to events of a resource.</summary>
    public static class DistributedApplicationEventingExtensions
    {
        /// <summary>Calls back when the resource is healthy for the first time since it started. What waits for the resource also waits for the callback.</summary>
        public static IResourceBuilder<T> OnResourceReady<T>(this IResourceBuilder<T> builder, Func<T, ResourceReadyEvent, CancellationToken, Task> callback)
            where T : IResource
        {
            ArgumentNullException.ThrowIfNull(builder);
            builder.ApplicationBuilder.Eventing.Subscribe<ResourceReadyEvent>(
                builder.Resource,
                (@event, cancellationToken) => callback(builder.Resource, @event, cancellationToken));
            return builder;
        }
    }
}
