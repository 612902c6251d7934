using Godzilla.ServiceDefaults.Errors;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Options;

namespace Godzilla.Presence;

/// <summary>
/// Says <c>UNAVAILABLE</c> where the HTTP services say 503: a dependency is out of reach, and trying again can help. gRPC's own log takes
/// this, and a caller that left, for failures of ours, and is off.
/// </summary>
internal sealed partial class ErrorInterceptor(IOptions<DependencyFailures> failures, ILogger<ErrorInterceptor> logger) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            LogUnavailable(logger, context.Method, exception.GetType().Name);
            throw new RpcException(new Status(StatusCode.Unavailable, "A dependency is unavailable"));
        }
        catch (Exception exception) when (exception is not RpcException and not OperationCanceledException)
        {
            LogFailed(logger, exception, context.Method);
            throw;
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "A dependency of {Method} is unavailable: {Exception}")]
    private static partial void LogUnavailable(ILogger logger, string method, string exception);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "{Method} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method);
}
