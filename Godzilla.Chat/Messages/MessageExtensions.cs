using Godzilla.ServiceDefaults.Health;

namespace Godzilla.Chat.Messages;

internal static class MessageExtensions
{
    internal static void AddMessages(this IServiceCollection services)
    {
        services.AddSingleton<MessageStore>();
        services.AddSingleton<MessageMetrics>();
        services.AddWarmUp((provider, _) => provider.GetRequiredService<MessageStore>().WarmUpAsync());
    }

    internal static void MapMessages(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/discussion/{id}/messages", MessageEndpoints.ListAsync);
        routes.MapPost("/discussion/{id}/messages", MessageEndpoints.AddAsync);
    }
}
