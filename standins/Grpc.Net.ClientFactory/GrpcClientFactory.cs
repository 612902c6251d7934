using System.Diagnostics.CodeAnalysis;

namespace Grpc.Net.ClientFactory;

/// <summary>Makes gRPC clients as they were registered.</summary>
public abstract class GrpcClientFactory
{
    /// <summary>The client that was registered with <paramref name="name"/>.</summary>
    /// <exception cref="InvalidOperationException">No client of that type was registered.</exception>
    public abstract TClient CreateClient<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(string name)
        where TClient : class;
}
