using Godzilla.Chat.Accounts;
using Godzilla.Chat.Blocks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.Discussions;

/// <summary>Decides who can be brought into a discussion.</summary>
internal sealed class Invitations(AccountsClient accounts, BlockStore blocks, DiscussionStore discussions, IOptions<DiscussionOptions> options)
{
    /// <param name="inviter">Who brings them in. Into a new discussion they come as well.</param>
    /// <param name="usernames">The others, in any case.</param>
    /// <param name="discussion">Where to; <see langword="null"/> for a new one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The others as they were registered, each once; or why it cannot be.</returns>
    /// <exception cref="TimeoutException">Accounts is out of reach.</exception>
    public async Task<(string[] Guests, ProblemHttpResult? Refusal)> CheckAsync(
        string inviter, string[] usernames, DiscussionId? discussion, CancellationToken cancellationToken)
    {
        var others = usernames.Where(username => username != inviter).ToArray();
        var resolved = others.Length == 0 ? [] : await accounts.ResolveAsync(others, cancellationToken);
        if (Array.IndexOf(resolved, null) is >= 0 and var unknown)
        {
            return ([], Refuse(StatusCodes.Status404NotFound, $"There is no user {others[unknown]}"));
        }

        string[] guests = [.. resolved.OfType<string>().Where(username => username != inviter).Distinct(StringComparer.Ordinal)];
        if (guests.Length > 0 && await blocks.FindRefusingAsync(guests, inviter, discussion, cancellationToken) is { } refusing)
        {
            return ([], Refuse(StatusCodes.Status403Forbidden, $"{refusing} cannot be invited"));
        }

        string[] joining = discussion is null ? [inviter, .. guests] : guests;
        var most = options.Value.Joined;
        var counts = await Task.WhenAll(joining.Select(username => discussions.CountAsync(username, most, cancellationToken)));
        return Array.FindIndex(counts, count => count >= most) is >= 0 and var full
            ? ([], Refuse(StatusCodes.Status409Conflict, $"{joining[full]} is in {most} discussions, which is the limit"))
            : (guests, null);
    }

    private static ProblemHttpResult Refuse(int status, string message) => TypedResults.Problem(message, statusCode: status);
}
