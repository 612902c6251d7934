using Grpc.Core;

namespace Grpc.Net.ClientFactory;

/// <summary>A call whose options may be changed.</summary>
public sealed class CallOptionsContext
{
    internal CallOptionsContext(CallOptions callOptions, IServiceProvider serviceProvider)
    {
        CallOptions = callOptions;
        ServiceProvider = serviceProvider;
    }

    /// <summary>The call's options.</summary>
    public CallOptions CallOptions { get; set; }

    /// <summary>The services of whoever asked for the client.</summary>
    public IServiceProvider ServiceProvider { get; }
}
