using Godzilla.ServiceDefaults.Health;

namespace Godzilla.Chat.Discussions;

internal static class DiscussionExtensions
{
    internal static void AddDiscussions(this IServiceCollection services)
    {
        services.AddSingleton<DiscussionStore>();
        services.AddWarmUp((provider, _) => provider.GetRequiredService<DiscussionStore>().EnsureIndexAsync());
    }

    internal static void MapDiscussions(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/discussion", DiscussionEndpoints.ListAsync);
        routes.MapPost("/discussion", DiscussionEndpoints.CreateAsync);
    }
}
