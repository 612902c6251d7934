namespace Godzilla.Gateway.Forwarding.Http1;

/// <summary>A service sent what is no HTTP/1.1 response.</summary>
internal sealed class UpstreamException(string message) : Exception(message);
