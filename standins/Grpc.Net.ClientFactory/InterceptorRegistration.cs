using Grpc.Core.Interceptors;

namespace Grpc.Net.ClientFactory;

/// <summary>What an interceptor belongs to.</summary>
public enum InterceptorScope
{
    /// <summary>The channel: made once, and shared by all clients.</summary>
    Channel,

    /// <summary>The client: made for each.</summary>
    Client,
}

/// <summary>An interceptor that is yet to be made.</summary>
public class InterceptorRegistration
{
    /// <summary>Made by <paramref name="creator"/> for <paramref name="scope"/>.</summary>
    public InterceptorRegistration(InterceptorScope scope, Func<IServiceProvider, Interceptor> creator)
    {
        Scope = scope;
        Creator = creator;
    }

    /// <summary>What it belongs to.</summary>
    public InterceptorScope Scope { get; }

    /// <summary>Makes it.</summary>
    public Func<IServiceProvider, Interceptor> Creator { get; }
}
