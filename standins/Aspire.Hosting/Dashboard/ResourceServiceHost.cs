using System.Net;
using Aspire.Hosting.ApplicationModel;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Dashboard;

/// <summary>The gRPC server in the app host that the dashboard asks.</summary>
internal sealed class ResourceServiceHost : IAsyncDisposable
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;

    private ResourceServiceHost(WebApplication app) => _app = app;

    /// <summary>Listens on loopback, on the settings' port.</summary>
    public static async Task<ResourceServiceHost> StartAsync(DashboardSettings settings, IServiceProvider services)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, DashboardSettings.PortOf(settings.ResourceServiceUrl, nameof(settings.ResourceServiceUrl)), o => o.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(services.GetRequiredService<ResourceNotificationService>());
        builder.Services.AddSingleton(services.GetRequiredService<ResourceLoggerService>());
        builder.Services.AddSingleton(services.GetRequiredService<ResourceCommandService>());
        builder.Services.AddSingleton(new ResourceServiceOptions(services.GetRequiredService<Orchestration.AppHostInfo>().Name));
        builder.Services.AddSingleton(new ApiKeyInterceptor(settings.AllowsAnonymous ? null : settings.ResourceServiceApiKey));
        builder.Services.AddGrpc(grpc => grpc.Interceptors.Add<ApiKeyInterceptor>());

        var app = builder.Build();
        app.MapGrpcService<ResourceService>();
        await app.StartAsync();
        return new ResourceServiceHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        // Streams to the dashboard go on for ever; they are cut.
        using var limit = new CancellationTokenSource(StopWithin);
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    private sealed class ApiKeyInterceptor(string? key) : Interceptor
    {
        private const string Header = "x-resource-service-api-key";

        public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
            TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        {
            Check(context);
            return continuation(request, context);
        }

        public override Task ServerStreamingServerHandler<TRequest, TResponse>(
            TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
        {
            Check(context);
            return continuation(request, responseStream, context);
        }

        private void Check(ServerCallContext context)
        {
            if (key is not null && !Keys.AreEqual(key, context.RequestHeaders.GetValue(Header)))
            {
                throw new RpcException(new Status(StatusCode.Unauthenticated, $"the header {Header} has no valid key"));
            }
        }
    }
}

/// <param name="ApplicationName">What the dashboard shows as its title.</param>
internal sealed record ResourceServiceOptions(string ApplicationName);
