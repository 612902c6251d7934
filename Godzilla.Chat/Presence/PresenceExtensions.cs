using Godzilla.Presence.V1;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Grpc.Core;

namespace Godzilla.Chat.Presence;

internal static class PresenceExtensions
{
    internal static void AddPresence(this IServiceCollection services)
    {
        services.AddOptions<PresenceOptions>().BindConfiguration(PresenceOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddGrpcClient<PresenceService.PresenceServiceClient>(client => client.Address = new Uri("http://_grpc.presence"))
            .AddHttpMessageHandler(provider => new SignedClientHandler(provider.GetRequiredService<IdentitySigner>(), "presence"))
            .AddServiceDiscovery();
        services.AddSingleton<PresenceClient>();
        services.AddSingleton<PresenceSync>().AddHostedService(provider => provider.GetRequiredService<PresenceSync>());
        services.AddSingleton<TypingRelay>().AddHostedService(provider => provider.GetRequiredService<TypingRelay>());
        services.Configure<DependencyFailures>(failures =>
            failures.Add<RpcException>(exception => exception.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded));
    }

    internal static void MapPresence(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/presence").WithTags("Presence");
        group.MapGet("/online", PresenceEndpoints.OnlineAsync).WithSummary("Lists who is online");
        group.MapGet("/typing", PresenceEndpoints.TypingAsync).WithSummary("Lists who is typing");
    }
}
