using Godzilla.ServiceDefaults.Health;

namespace Godzilla.Chat.Messages;

internal static class MessageExtensions
{
    internal static void AddMessages(this IServiceCollection services)
    {
        services.AddOptions<SendLimitOptions>().BindConfiguration(SendLimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SendLimit>();
        services.AddSingleton<MessageStore>();
        services.AddSingleton<MessageMetrics>();
        services.AddWarmUp((provider, _) => provider.GetRequiredService<MessageStore>().WarmUpAsync());
    }

    internal static void MapMessages(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/discussion/{id}/messages").WithTags("Messages");
        group.MapGet("", MessageEndpoints.ListAsync).WithSummary("Reads a discussion's messages, the newest first");
        group.MapPost("", MessageEndpoints.AddAsync).WithSummary("Sends messages to a discussion");
        group.MapPatch("/{message}", MessageEndpoints.EditAsync).WithSummary("Gives one of the caller's messages another text");
        group.MapDelete("/{message}", MessageEndpoints.DeleteAsync).WithSummary("Deletes the text of one of the caller's messages");
    }
}
