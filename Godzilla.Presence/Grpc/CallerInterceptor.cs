using System.Net;
using Godzilla.ServiceDefaults.Identity;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Options;

namespace Godzilla.Presence.Grpc;

/// <summary>
/// Refuses calls that no known service has signed, as a gRPC status with trailers: a policy of the endpoint would answer with a bare 401,
/// which a gRPC client cannot read.
/// </summary>
internal sealed class CallerInterceptor(IdentitySigner signer, IOptions<UnsignedOptions> options) : Interceptor
{
    private const string ServicePrefix = $"/{PresenceService}/";
    private const string PresenceService = "presence.PresenceService";
    private readonly Func<IPAddress?, bool> _trusts = options.Value.Trusts();

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, responseStream, context);
    }

    // Health and reflection are open.
    private void Check(ServerCallContext context)
    {
        if (!context.Method.StartsWith(ServicePrefix, StringComparison.Ordinal))
        {
            return;
        }

        // A signature that is wrong is refused everywhere.
        var http = context.GetHttpContext();
        if (SignedRequest.Read(signer, http.Request, out _, out _) is not { } isGood ? !_trusts(http.Connection.RemoteIpAddress) : !isGood)
        {
            throw new RpcException(new Status(StatusCode.Unauthenticated, "The call is not signed by a service that may call this one"));
        }
    }
}
