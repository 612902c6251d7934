using Aspire.Dashboard.Configuration;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Aspire.Dashboard.Otlp;

/// <summary>The key with which telemetry is sent.</summary>
internal sealed class OtlpApiKey(DashboardOptions options)
{
    public const string Header = "x-otlp-api-key";

    public bool IsValid(string? key) => options.Otlp.AuthMode == OtlpAuthMode.Unsecured
        || Keys.AreEqual(options.Otlp.PrimaryApiKey, key)
        || Keys.AreEqual(options.Otlp.SecondaryApiKey, key);
}

internal sealed class OtlpApiKeyInterceptor(OtlpApiKey key) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) => key.IsValid(context.RequestHeaders.GetValue(OtlpApiKey.Header))
            ? continuation(request, context)
            : throw new RpcException(new Status(StatusCode.Unauthenticated, $"the header {OtlpApiKey.Header} has no valid key"));
}
