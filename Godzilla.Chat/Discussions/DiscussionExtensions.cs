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
        var group = routes.MapGroup("/discussion").WithTags("Discussions");
        group.MapGet("", DiscussionEndpoints.ListAsync).WithSummary("Lists the caller's discussions, newest activity first");
        group.MapPost("", DiscussionEndpoints.CreateAsync).WithSummary("Creates a discussion");
    }
}
