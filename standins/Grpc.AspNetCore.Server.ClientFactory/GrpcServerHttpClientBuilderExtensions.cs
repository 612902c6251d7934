using Grpc.AspNetCore.ClientFactory;
using Grpc.Net.ClientFactory;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures gRPC clients within gRPC servers.</summary>
public static class GrpcServerHttpClientBuilderExtensions
{
    /// <summary>Has the client's calls end with the server's call that they are made for: at its deadline, or when it is cancelled.</summary>
    public static IHttpClientBuilder EnableCallContextPropagation(this IHttpClientBuilder builder) =>
        builder.EnableCallContextPropagation(_ => { });

    /// <summary>As <see cref="EnableCallContextPropagation(IHttpClientBuilder)"/>, with options.</summary>
    public static IHttpClientBuilder EnableCallContextPropagation(
        this IHttpClientBuilder builder, Action<GrpcContextPropagationOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configureOptions);

        var options = new GrpcContextPropagationOptions();
        configureOptions(options);
        builder.Services.AddHttpContextAccessor();
        return builder.AddInterceptor(InterceptorScope.Channel, services =>
            new ContextPropagationInterceptor(options, services.GetRequiredService<IHttpContextAccessor>()));
    }
}
