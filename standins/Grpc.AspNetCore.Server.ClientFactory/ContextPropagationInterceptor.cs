using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.ClientFactory;

/// <summary>Gives a client's calls the deadline and the cancellation of the server's call that is being answered.</summary>
internal sealed class ContextPropagationInterceptor(GrpcContextPropagationOptions options, IHttpContextAccessor accessor) : Interceptor
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        BlockingUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var propagated = Propagate(context, out var link);
        using (link)
        {
            return continuation(request, propagated);
        }
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, Propagate(context, out var link));
        return link is null ? call : new AsyncUnaryCall<TResponse>(
            Unlink(call.ResponseAsync, link), call.ResponseHeadersAsync, call.GetStatus, call.GetTrailers, () => End(call, link));
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request,
        ClientInterceptorContext<TRequest, TResponse> context,
        AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(request, Propagate(context, out var link));
        return link is null ? call : new AsyncServerStreamingCall<TResponse>(
            new UnlinkingReader<TResponse>(call.ResponseStream, link),
            call.ResponseHeadersAsync,
            call.GetStatus,
            call.GetTrailers,
            () => End(call, link));
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(Propagate(context, out var link));
        return link is null ? call : new AsyncClientStreamingCall<TRequest, TResponse>(
            call.RequestStream,
            Unlink(call.ResponseAsync, link),
            call.ResponseHeadersAsync,
            call.GetStatus,
            call.GetTrailers,
            () => End(call, link));
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation)
    {
        var call = continuation(Propagate(context, out var link));
        return link is null ? call : new AsyncDuplexStreamingCall<TRequest, TResponse>(
            call.RequestStream,
            new UnlinkingReader<TResponse>(call.ResponseStream, link),
            call.ResponseHeadersAsync,
            call.GetStatus,
            call.GetTrailers,
            () => End(call, link));
    }

    // With two tokens to heed, the link between them hangs on the server's until the call ends, so every way out of the call cuts it.
    private ClientInterceptorContext<TRequest, TResponse> Propagate<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, out CancellationTokenSource? link)
        where TRequest : class
        where TResponse : class
    {
        link = null;
        if (accessor.HttpContext?.Features.Get<IServerCallContextFeature>()?.ServerCallContext is not { } served)
        {
            return options.SuppressContextNotFoundErrors
                ? context
                : throw new InvalidOperationException("No gRPC call is being answered here whose deadline and cancellation could be passed on.");
        }

        var call = context.Options;
        if (served.Deadline < (call.Deadline ?? DateTime.MaxValue))
        {
            call = call.WithDeadline(served.Deadline);
        }

        if (served.CancellationToken.CanBeCanceled)
        {
            var token = served.CancellationToken;
            if (call.CancellationToken.CanBeCanceled)
            {
                link = CancellationTokenSource.CreateLinkedTokenSource(token, call.CancellationToken);
                token = link.Token;
            }

            call = call.WithCancellationToken(token);
        }

        return new(context.Method, context.Host, call);
    }

    private static async Task<TResponse> Unlink<TResponse>(Task<TResponse> response, CancellationTokenSource link)
    {
        using (link)
        {
            return await response;
        }
    }

    private static void End(IDisposable call, CancellationTokenSource link)
    {
        call.Dispose();
        link.Dispose();
    }

    private sealed class UnlinkingReader<T>(IAsyncStreamReader<T> inner, CancellationTokenSource link) : IAsyncStreamReader<T>
    {
        public T Current => inner.Current;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            var more = false;
            try
            {
                return more = await inner.MoveNext(cancellationToken);
            }
            finally
            {
                if (!more)
                {
                    link.Dispose();
                }
            }
        }
    }
}
