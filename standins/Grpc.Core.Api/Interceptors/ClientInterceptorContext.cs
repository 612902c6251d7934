namespace Grpc.Core.Interceptors;

/// <summary>A client's call as an interceptor sees it.</summary>
public struct ClientInterceptorContext<TRequest, TResponse>
    where TRequest : class
    where TResponse : class
{
    /// <summary>A call.</summary>
    public ClientInterceptorContext(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        Method = method;
        Host = host;
        Options = options;
    }

    /// <summary>The method that is called.</summary>
    public Method<TRequest, TResponse> Method { get; }

    /// <summary>The virtual host that is called, or null.</summary>
    public string? Host { get; }

    /// <summary>What else the client says of the call.</summary>
    public CallOptions Options { get; }
}
