namespace Godzilla.Presence.Grpc;

internal static class GrpcExtensions
{
    internal static void AddPresenceGrpc(this IServiceCollection services)
    {
        services.AddOptions<UnsignedOptions>().BindConfiguration(UnsignedOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<CallerInterceptor>();
        services.AddSingleton<ErrorInterceptor>();
        services.AddSingleton<PresenceGrpcService>();
        services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = 512 * 1024;
            options.Interceptors.Add<ErrorInterceptor>();
            options.Interceptors.Add<CallerInterceptor>();
        });
        services.AddGrpcHealthChecks();
        services.AddGrpcReflection();
    }

    internal static void MapPresenceGrpc(this WebApplication app)
    {
        // Who calls, CallerInterceptor checks; and what the pipeline does for HTTP, gRPC does itself.
        app.MapGrpcService<PresenceGrpcService>().AllowAnonymous().ShortCircuit();
        app.MapGrpcHealthChecksService().AllowAnonymous();
        if (app.Environment.IsDevelopment())
        {
            app.MapGrpcReflectionService().AllowAnonymous();
        }
    }
}
