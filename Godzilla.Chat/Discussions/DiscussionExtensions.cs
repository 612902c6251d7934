using Godzilla.ServiceDefaults.Health;

namespace Godzilla.Chat.Discussions;

internal static class DiscussionExtensions
{
    internal static void AddDiscussions(this IServiceCollection services)
    {
        services.AddOptions<DiscussionOptions>().BindConfiguration(DiscussionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DiscussionStore>();
        services.AddSingleton<ReadCursorStore>();
        services.AddSingleton<ReadPositions>();
        services.AddSingleton<CreationLimit>();
        services.AddSingleton<Departures>();
        services.AddTransient<Invitations>();
        services.AddSingleton<NewestMessages>().AddHostedService(provider => provider.GetRequiredService<NewestMessages>());
        services.AddWarmUp((provider, _) => provider.GetRequiredService<DiscussionStore>().WarmUpAsync());
        services.AddWarmUp((provider, _) => provider.GetRequiredService<ReadPositions>().WarmUpAsync());
    }

    internal static void MapDiscussions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/discussion").WithTags("Discussions");
        group.MapGet("", DiscussionEndpoints.ListAsync).WithSummary("Lists the caller's discussions, newest activity first");
        group.MapPost("", DiscussionEndpoints.CreateAsync).WithSummary("Creates a discussion");
        group.MapGet("/{id}", DiscussionEndpoints.GetAsync).WithSummary("Reads one of the caller's discussions");
        group.MapPatch("/{id}", DiscussionEndpoints.ChangeAsync).WithSummary("Gives a discussion another title, or keeps the assistant out of it, by its owner");
        group.MapDelete("/{id}", DiscussionEndpoints.DeleteAsync).WithSummary("Deletes a discussion and its messages, by its owner");
        group.MapPost("/{id}/members", DiscussionEndpoints.InviteAsync).WithSummary("Adds members to a discussion");
        group.MapDelete("/{id}/members/{username}", DiscussionEndpoints.RemoveAsync).WithSummary("Leaves a discussion, or removes a member, by its owner");
        group.MapGet("/{id}/read", DiscussionEndpoints.GetReadAsync).WithSummary("Tells how far the caller has read");
        group.MapPut("/{id}/read", DiscussionEndpoints.ReadAsync).WithSummary("Notes how far the caller has read");
    }
}
