namespace Godzilla.Gateway.Shutdown;

/// <summary>This process among the gateway's replicas. Services learn it with each request, so that they can tell which sockets it carries.</summary>
internal sealed class GatewayInstance
{
    public string Id { get; } = Guid.NewGuid().ToString("N");
}
