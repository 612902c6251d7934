using Godzilla.Presence.V1;
using Godzilla.ServiceDefaults.Errors;
using Grpc.Core;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Chat.Presence;

/// <summary>Who is there and who is typing, for a client without a socket.</summary>
internal static class PresenceEndpoints
{
    internal static void AddPresence(this IServiceCollection services)
    {
        services.AddOptions<PresenceOptions>().BindConfiguration(PresenceOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddTransient<PresenceIdentityHandler>();
        services.AddGrpcClient<PresenceService.PresenceServiceClient>(client => client.Address = new Uri("http://_grpc.presence"))
            .AddHttpMessageHandler<PresenceIdentityHandler>();
        services.AddSingleton<PresenceClient>();
        services.AddSingleton<PresenceSync>().AddHostedService(provider => provider.GetRequiredService<PresenceSync>());
        services.AddSingleton<TypingRelay>().AddHostedService(provider => provider.GetRequiredService<TypingRelay>());
        services.Configure<DependencyFailures>(failures =>
            failures.Add<RpcException>(exception => exception.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded));
    }

    internal static void MapPresence(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/presence");
        group.MapGet("/online", OnlineAsync);
        group.MapGet("/typing", TypingAsync);
    }

    private static async Task<Ok<OnlineView>> OnlineAsync(PresenceClient presence, CancellationToken cancellationToken) =>
        TypedResults.Ok(new OnlineView(await presence.GetOnlineAsync(cancellationToken)));

    private static async Task<Ok<TypingView>> TypingAsync(PresenceClient presence, CancellationToken cancellationToken) =>
        TypedResults.Ok(new TypingView(await presence.GetTypingAsync(cancellationToken)));

    private sealed record OnlineView(IReadOnlyList<string> Online);

    private sealed record TypingView(IReadOnlyList<string> Typing);
}
