using Godzilla.ServiceDefaults.Identity;

namespace Godzilla.Presence.Grpc;

internal static class GrpcExtensions
{
    internal static void AddPresenceGrpc(this IServiceCollection services)
    {
        services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = 256 * 1024;
            options.Interceptors.Add<ErrorInterceptor>();
        });
        services.AddGrpcHealthChecks();
    }

    internal static void MapPresenceGrpc(this WebApplication app)
    {
        app.MapGrpcService<PresenceGrpcService>().RequireAuthorization(IdentityExtensions.SignedPolicy);
        app.MapGrpcHealthChecksService().AllowAnonymous();
    }
}
