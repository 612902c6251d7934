using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;

namespace Grpc.Net.ClientFactory;

/// <summary>How a client's channel and calls are made.</summary>
public class GrpcClientFactoryOptions
{
    /// <summary>The server's address.</summary>
    public Uri? Address { get; set; }

    /// <summary>Change the options of the channel.</summary>
    public IList<Action<GrpcChannelOptions>> ChannelOptionsActions { get; } = new List<Action<GrpcChannelOptions>>();

    /// <summary>Change the options of each call.</summary>
    public IList<Action<CallOptionsContext>> CallOptionsActions { get; } = new List<Action<CallOptionsContext>>();

    /// <summary>Interceptors of the client.</summary>
    [Obsolete("Superseded by InterceptorRegistrations, and to be removed.")]
    public IList<Interceptor> Interceptors { get; } = new List<Interceptor>();

    /// <summary>Interceptors of the channel or the client.</summary>
    public IList<InterceptorRegistration> InterceptorRegistrations { get; } = new List<InterceptorRegistration>();

    /// <summary>Makes the client, where its constructor is not to be called.</summary>
    public Func<CallInvoker, object>? Creator { get; set; }

    internal bool HasCallCredentials { get; set; }

    internal CallInvoker Intercept(CallInvoker invoker, InterceptorScope scope, IServiceProvider services) =>
        invoker.Intercept([.. InterceptorRegistrations.Where(known => known.Scope == scope).Select(known => known.Creator(services))]);
}
