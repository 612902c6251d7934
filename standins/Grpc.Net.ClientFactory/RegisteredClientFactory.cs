using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Grpc.Net.ClientFactory;

internal sealed class RegisteredClientFactory(
    IServiceProvider services, ChannelCache channels, IOptionsMonitor<GrpcClientFactoryOptions> clientOptions) : GrpcClientFactory
{
    public override TClient CreateClient<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(string name)
    {
        var activator = services.GetService<ClientActivator<TClient>>()
            ?? throw new InvalidOperationException($"There is no gRPC client '{name}' of type '{typeof(TClient)}'.");
        var channel = channels.Get(name, typeof(TClient));
        var options = clientOptions.Get(name);

        var invoker = options.Intercept(channel.Invoker, InterceptorScope.Client, services);
#pragma warning disable CS0618 // Superseded, but what is in it counts.
        invoker = invoker.Intercept([.. options.Interceptors]);
#pragma warning restore CS0618
        Action<CallOptionsContext>[] added = channel.Headers is null ? [] : [channel.Headers];
        Action<CallOptionsContext>[] changes = [.. options.CallOptionsActions, .. added];
        if (changes.Length > 0)
        {
            invoker = new CallOptionsInvoker(invoker, changes, services);
        }

        if (options.Creator is null)
        {
            return activator.Create(services, invoker);
        }

        return options.Creator(invoker) switch
        {
            TClient client => client,
            null => throw new InvalidOperationException($"The creator of the gRPC client '{name}' made none."),
            var other => throw new InvalidOperationException(
                $"The creator of the gRPC client '{name}' made a {other.GetType()}, which is no {typeof(TClient)}."),
        };
    }
}

/// <summary>Calls a client's constructor; found once, and by whoever knows the client's type.</summary>
internal sealed class ClientActivator<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>
    where TClient : class
{
    private readonly Lazy<ObjectFactory> _constructor = new(() => ActivatorUtilities.CreateFactory(typeof(TClient), [typeof(CallInvoker)]));

    public TClient Create(IServiceProvider services, CallInvoker invoker) => (TClient)_constructor.Value(services, [invoker]);
}

/// <summary>Which type each name was registered for.</summary>
internal sealed class ClientNames : Dictionary<string, Type>
{
    public ClientNames()
        : base(StringComparer.Ordinal)
    {
    }
}
