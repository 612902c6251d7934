using Godzilla.ServiceDefaults.Health;

namespace Godzilla.Chat.Blocks;

internal static class BlockExtensions
{
    internal static void AddBlocks(this IServiceCollection services)
    {
        services.AddSingleton<BlockStore>();
        services.AddWarmUp((provider, _) => provider.GetRequiredService<BlockStore>().WarmUpAsync());
    }

    internal static void MapBlocks(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/blocks").WithTags("Blocks");
        group.MapGet("", BlockEndpoints.ListAsync).WithSummary("Lists what the caller has blocked");
        group.MapPut("/users/{username}", BlockEndpoints.BlockUserAsync).WithSummary("Blocks a user: no invitations from them; leaves discussions between the two");
        group.MapDelete("/users/{username}", BlockEndpoints.UnblockUserAsync).WithSummary("Unblocks a user");
        group.MapPut("/discussions/{id}", BlockEndpoints.BlockDiscussionAsync).WithSummary("Leaves a discussion and stays out of it");
        group.MapDelete("/discussions/{id}", BlockEndpoints.UnblockDiscussionAsync).WithSummary("Can be invited to a discussion again");
    }
}
