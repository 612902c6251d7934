using Godzilla.ServiceDefaults.Errors;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Godzilla.Presence.Grpc;

/// <summary>
/// Applies the <see cref="FailurePolicy"/> to calls and streams. An outage becomes <c>UNAVAILABLE</c>, as HTTP's 503. gRPC's own log,
/// which takes outages and clients that left for errors, is off.
/// </summary>
internal sealed class ErrorInterceptor(FailurePolicy policy) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        // What is answered from memory, which is most, needs no state machine.
        Task<TResponse> call;
        try
        {
            call = continuation(request, context);
        }
        catch (Exception exception)
        {
            call = Task.FromException<TResponse>(exception);
        }

        return call.IsCompletedSuccessfully ? call : RunAsync(context, () => call);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => continuation(requestStream, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => WithoutResponseAsync(continuation(request, responseStream, context)));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, () => WithoutResponseAsync(continuation(requestStream, responseStream, context)));

    private async Task<TResponse> RunAsync<TResponse>(ServerCallContext context, Func<Task<TResponse>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (policy.IsOutage(exception, context.Method))
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "A dependency is unavailable"));
        }
        catch (Exception exception) when (HasLeft(exception, context))
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "The caller has left"));
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            policy.Report(exception, context.Method, context.CancellationToken);
            throw;
        }
    }

    // A stream that breaks while it is read, or that is written to after that. Neither says so in its type.
    private static bool HasLeft(Exception exception, ServerCallContext context) =>
        exception is IOException || (exception is InvalidOperationException && context.CancellationToken.IsCancellationRequested);

    private static async Task<bool> WithoutResponseAsync(Task call)
    {
        await call;
        return true;
    }
}
