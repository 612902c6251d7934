using System.Security.Claims;
using Godzilla.Chat.Accounts;
using Godzilla.Chat.Discussions;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Godzilla.Chat.Blocks;

/// <summary>Of whom, and where, the caller wants no invitations.</summary>
internal static class BlockEndpoints
{
    private const int MaxBlocks = 1000;

    private static readonly ProblemHttpResult NotBlocked = TypedResults.Problem("That is not blocked", statusCode: StatusCodes.Status404NotFound);

    internal static async Task<Ok<BlockList>> ListAsync(ClaimsPrincipal caller, BlockStore blocks, CancellationToken cancellationToken) =>
        TypedResults.Ok(BlockList.Of(await blocks.ListAsync(caller.Username(), cancellationToken)));

    internal static async Task<Results<Ok<BlockList>, ProblemHttpResult>> BlockUserAsync(
        string username,
        ClaimsPrincipal caller,
        BlockStore blocks,
        AccountsClient accounts,
        DiscussionStore discussions,
        Departures departures,
        CancellationToken cancellationToken)
    {
        if (!UsernameRule.IsMetBy(username) || (await accounts.ResolveAsync([username], cancellationToken))[0] is not { } name)
        {
            return TypedResults.Problem($"There is no user {username}", statusCode: StatusCodes.Status404NotFound);
        }

        if (name == caller.Username())
        {
            return TypedResults.Problem("Nobody can block themselves", statusCode: StatusCodes.Status409Conflict);
        }

        if (await IsFullAsync(caller, blocks, cancellationToken) is { } full)
        {
            return full;
        }

        await blocks.AddAsync(caller.Username(), Block.OfUser(name));
        foreach (var id in await discussions.ListBetweenAsync(caller.Username(), name, cancellationToken))
        {
            await departures.LeaveAsync(id, caller.Username());
        }

        return await ListAsync(caller, blocks, cancellationToken);
    }

    internal static async Task<Results<Ok<BlockList>, ProblemHttpResult>> UnblockUserAsync(
        string username, ClaimsPrincipal caller, BlockStore blocks, CancellationToken cancellationToken) =>
        await blocks.DeleteAsync(caller.Username(), Block.OfUser(username)) ? await ListAsync(caller, blocks, cancellationToken) : NotBlocked;

    internal static async Task<Results<Ok<BlockList>, ProblemHttpResult>> BlockDiscussionAsync(
        string id, ClaimsPrincipal caller, BlockStore blocks, DiscussionStore discussions, Departures departures, CancellationToken cancellationToken)
    {
        if (!DiscussionId.TryParse(id, out var discussion)
            || discussion == DiscussionId.Lobby
            || !await discussions.IsMemberAsync(discussion, caller.Username(), cancellationToken))
        {
            return TypedResults.Problem("Discussion not found", statusCode: StatusCodes.Status404NotFound);
        }

        if (await IsFullAsync(caller, blocks, cancellationToken) is { } full)
        {
            return full;
        }

        await blocks.AddAsync(caller.Username(), Block.OfDiscussion(discussion));
        await departures.LeaveAsync(discussion, caller.Username());
        return await ListAsync(caller, blocks, cancellationToken);
    }

    internal static async Task<Results<Ok<BlockList>, ProblemHttpResult>> UnblockDiscussionAsync(
        string id, ClaimsPrincipal caller, BlockStore blocks, CancellationToken cancellationToken) =>
        DiscussionId.TryParse(id, out var discussion) && await blocks.DeleteAsync(caller.Username(), Block.OfDiscussion(discussion))
            ? await ListAsync(caller, blocks, cancellationToken)
            : NotBlocked;

    private static async Task<ProblemHttpResult?> IsFullAsync(ClaimsPrincipal caller, BlockStore blocks, CancellationToken cancellationToken) =>
        (await blocks.ListAsync(caller.Username(), cancellationToken)).Count >= MaxBlocks
            ? TypedResults.Problem($"At most {MaxBlocks} blocks", statusCode: StatusCodes.Status409Conflict)
            : null;

    /// <param name="Users">They cannot invite the caller, nor create a discussion with them. Sorted.</param>
    /// <param name="Discussions">Nobody can invite the caller to them.</param>
    internal sealed record BlockList(string[] Users, string[] Discussions)
    {
        internal static BlockList Of(IReadOnlyCollection<Block> blocks) => new(Targets(blocks, Block.UserPrefix), Targets(blocks, Block.DiscussionPrefix));

        private static string[] Targets(IEnumerable<Block> blocks, string prefix) =>
            [.. blocks.Where(block => block.Target.StartsWith(prefix, StringComparison.Ordinal)).Select(block => block.Target[prefix.Length..])];
    }
}
