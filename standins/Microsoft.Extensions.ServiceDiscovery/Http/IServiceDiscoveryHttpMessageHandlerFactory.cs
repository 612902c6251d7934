namespace Microsoft.Extensions.ServiceDiscovery.Http;

/// <summary>Puts service discovery in front of a handler.</summary>
public interface IServiceDiscoveryHttpMessageHandlerFactory
{
    /// <summary>A handler that turns a request's service name into an address and passes it on to <paramref name="handler"/>.</summary>
    HttpMessageHandler CreateHandler(HttpMessageHandler handler);
}
