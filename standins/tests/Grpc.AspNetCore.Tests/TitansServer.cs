using System.IO.Compression;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Godzilla.StandIns.Tests;

/// <summary>A gRPC server without TLS on a port of its own.</summary>
public sealed class TitansServer : IAsyncLifetime, IAsyncDisposable
{
    private WebApplication? _app;

    /// <summary>The largest request, in bytes, that it takes.</summary>
    internal const int MaxRequest = 64 * 1024;

    internal Uri Address => new(_app!.Urls.Single());

    internal IServiceProvider Services => _app!.Services;

    internal CallLog Log => Services.GetRequiredService<CallLog>();

    internal HealthStatus Health { get; set; } = HealthStatus.Healthy;

    internal Action<IServiceCollection>? Configure { get; init; }

    internal Action<WebApplication>? Map { get; init; }

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton<CallLog>();
        builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = MaxRequest;
            options.ResponseCompressionAlgorithm = "gzip";
            options.ResponseCompressionLevel = CompressionLevel.Fastest;
            options.CompressionProviders.Add(new GzipCompressionProvider(CompressionLevel.Fastest));
            options.CompressionProviders.Add(new DeflateCompressionProvider(CompressionLevel.Fastest));
            options.Interceptors.Add<LoggingInterceptor>();
        });
        builder.Services.AddGrpcHealthChecks().AddCheck("titans", () => new HealthCheckResult(Health));
        builder.Services.Configure<HealthCheckPublisherOptions>(options =>
            (options.Delay, options.Period) = (TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        Configure?.Invoke(builder.Services);

        _app = builder.Build();
        _app.Use(next => async context =>
        {
            await next(context);
            if (context.Request.Headers.TryGetValue("id", out var id))
            {
                Log.Encodings[id!] = (context.Request.Headers["grpc-encoding"], context.Response.Headers["grpc-encoding"]);
            }
        });
        _app.MapGrpcService<TitansService>();
        _app.MapGrpcHealthChecksService();
        Map?.Invoke(_app);
        await _app.StartAsync();
    }

    public Task StopAsync() => _app!.StopAsync();

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    private sealed class LoggingInterceptor(CallLog log) : Interceptor
    {
        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            log.Intercepted.Add($"{context.Method} {context.RequestHeaders.GetValue("id")}");
            return continuation(request, context);
        }
    }
}
