using System.Globalization;
using System.Security.Claims;
using Godzilla.Chat.Connections;
using Godzilla.Chat.Messages;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using MongoDB.Bson;

namespace Godzilla.Chat.Discussions;

/// <summary>The caller's discussions. Who is not in one cannot tell whether it exists.</summary>
internal static class DiscussionEndpoints
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 100;

    private static readonly ProblemHttpResult NotFound = TypedResults.Problem("Discussion not found", statusCode: StatusCodes.Status404NotFound);
    private static readonly ProblemHttpResult NotOwner = TypedResults.Problem("Only its owner can do that", statusCode: StatusCodes.Status403Forbidden);

    internal static async Task<Results<Ok<DiscussionView[]>, ProblemHttpResult>> ListAsync(
        string? cursor,
        int? limit,
        ClaimsPrincipal caller,
        DiscussionStore discussions,
        ReadCursorStore reads,
        HttpResponse response,
        CancellationToken cancellationToken)
    {
        DiscussionCursor last = default;
        if (limit is < 1 or > MaxLimit || (cursor is not null && !DiscussionCursor.TryParse(cursor, out last)))
        {
            return BadRequest($"limit must be 1 to {MaxLimit}, and cursor as in Link");
        }

        // One more than asked for shows whether there is a next page.
        var size = limit ?? DefaultLimit;
        var found = await discussions.ListAsync(caller.Username(), cursor is null ? null : last, size + 1, cancellationToken);
        if (found.Count > size)
        {
            found.RemoveAt(size);
            response.Headers.Link = $"</discussion?limit={size}&cursor={DiscussionCursor.Of(found[^1])}>; rel=\"next\"";
        }

        var read = await reads.ListAsync(caller.Username(), found.Select(discussion => discussion.Id), cancellationToken);
        return TypedResults.Ok(found.Select(discussion => DiscussionView.Of(discussion, read.GetValueOrDefault(discussion.Id))).ToArray());
    }

    internal static async Task<Results<Ok<DiscussionView>, ProblemHttpResult>> GetAsync(
        string id, ClaimsPrincipal caller, DiscussionStore discussions, ReadCursorStore reads, CancellationToken cancellationToken)
    {
        if (!TryParse(id, out var discussionId)
            || await discussions.FindAsync(discussionId, caller.Username(), cancellationToken) is not { } discussion)
        {
            return NotFound;
        }

        var read = await reads.ListAsync(caller.Username(), [discussion.Id], cancellationToken);
        return TypedResults.Ok(DiscussionView.Of(discussion, read.GetValueOrDefault(discussion.Id)));
    }

    internal static async Task<Results<Created<DiscussionView>, ProblemHttpResult>> CreateAsync(
        NewDiscussion body,
        ClaimsPrincipal caller,
        DiscussionStore discussions,
        Invitations invitations,
        CreationLimit limit,
        Memberships memberships,
        TimeProvider time,
        HttpResponse response,
        CancellationToken cancellationToken)
    {
        if (!body.IsValid(out var error))
        {
            return BadRequest(error);
        }

        var (guests, refusal) = await invitations.CheckAsync(caller.Username(), body.Users!, discussion: null, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        if (await limit.TakeAsync(caller.Username()) is { } wait)
        {
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return TypedResults.Problem("You have created too many discussions today", statusCode: StatusCodes.Status429TooManyRequests);
        }

        var now = time.GetBsonTime();
        var discussion = new Discussion
        {
            Id = ObjectId.GenerateNewId(),
            Users = [.. guests.Prepend(caller.Username())],
            Title = string.IsNullOrWhiteSpace(body.Title) ? null : body.Title,
            CreatedAt = now,
            UpdatedAt = now,
        };
        try
        {
            await discussions.AddAsync(discussion);
        }
        finally
        {
            // Also when the store's answer was lost: the store may have the discussion. If not, nobody can write there.
            await memberships.ChangedAsync(DiscussionChange.Of(discussion));
        }

        var view = DiscussionView.Of(discussion, read: 0);
        return TypedResults.Created($"/discussion/{view.Id}/messages", view);
    }

    internal static async Task<Results<Ok<DiscussionView>, ProblemHttpResult>> ChangeAsync(
        string id, DiscussionSettings body, ClaimsPrincipal caller, DiscussionStore discussions, ReadCursorStore reads, Memberships memberships, CancellationToken cancellationToken)
    {
        if (body is { Title: null, Assistant: null } or { Title.Length: > NewDiscussion.MaxTitleLength })
        {
            return BadRequest($"Either title, at most {NewDiscussion.MaxTitleLength} characters (a blank one removes it), or assistant, true or false, or both");
        }

        if (TextRule.OfLine("title", body.Title) is { } error)
        {
            return BadRequest(error);
        }

        if (!TryParse(id, out var discussionId) || await discussions.ChangeAsync(discussionId, caller.Username(), body.Title, body.Assistant) is not { } discussion)
        {
            return await RefuseAsync(id, caller, discussions, cancellationToken);
        }

        await memberships.ChangedAsync(DiscussionChange.Of(discussion));
        var read = await reads.ListAsync(caller.Username(), [discussion.Id], cancellationToken);
        return TypedResults.Ok(DiscussionView.Of(discussion, read.GetValueOrDefault(discussion.Id)));
    }

    internal static async Task<Results<Ok<DiscussionChange>, ProblemHttpResult>> DeleteAsync(
        string id, ClaimsPrincipal caller, DiscussionStore discussions, MessageStore messages, Memberships memberships, CancellationToken cancellationToken)
    {
        if (!TryParse(id, out var discussionId) || await discussions.DeleteAsync(discussionId, caller.Username()) is not { } discussion)
        {
            return await RefuseAsync(id, caller, discussions, cancellationToken);
        }

        var change = DiscussionChange.Of(discussion) with { Users = [], Deleted = true };
        await memberships.ChangedAsync(change);
        await messages.DeleteAllAsync(discussionId);
        return TypedResults.Ok(change);
    }

    internal static async Task<Results<Ok<DiscussionView>, ProblemHttpResult>> InviteAsync(
        string id,
        NewMembers body,
        ClaimsPrincipal caller,
        DiscussionStore discussions,
        ReadCursorStore reads,
        Invitations invitations,
        Memberships memberships,
        IOptions<DiscussionOptions> options,
        CancellationToken cancellationToken)
    {
        if (!body.IsValid(out var error))
        {
            return BadRequest(error);
        }

        if (!TryParse(id, out var discussionId)
            || await discussions.FindAsync(discussionId, caller.Username(), cancellationToken) is not { } before)
        {
            return NotFound;
        }

        var (guests, refusal) = await invitations.CheckAsync(
            caller.Username(), [.. body.Users!.Except(before.Users, StringComparer.Ordinal)], discussionId, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        guests = [.. guests.Except(before.Users, StringComparer.Ordinal)];
        var most = options.Value.Members;
        if (before.Users.Length + guests.Length > most
            || (guests.Length > 0 ? await discussions.AddMembersAsync(discussionId, caller.Username(), guests, most) : before) is not { } discussion)
        {
            return TypedResults.Problem($"A discussion has at most {most} members", statusCode: StatusCodes.Status409Conflict);
        }

        await memberships.ChangedAsync(DiscussionChange.Of(discussion));
        var read = await reads.ListAsync(caller.Username(), [discussion.Id], cancellationToken);
        return TypedResults.Ok(DiscussionView.Of(discussion, read.GetValueOrDefault(discussion.Id)));
    }

    internal static async Task<Results<Ok<DiscussionChange>, ProblemHttpResult>> RemoveAsync(
        string id,
        string username,
        ClaimsPrincipal caller,
        DiscussionStore discussions,
        Departures departures,
        CancellationToken cancellationToken)
    {
        if (!TryParse(id, out var discussionId)
            || await discussions.FindAsync(discussionId, caller.Username(), cancellationToken) is not { } before)
        {
            return NotFound;
        }

        if (username != caller.Username() && before.Users[0] != caller.Username())
        {
            return NotOwner;
        }

        return await departures.LeaveAsync(discussionId, username) is { } change
            ? TypedResults.Ok(change)
            : TypedResults.Problem("No such member", statusCode: StatusCodes.Status404NotFound);
    }

    internal static async Task<Results<Ok<ReadUpTo>, ProblemHttpResult>> GetReadAsync(
        string id, ClaimsPrincipal caller, DiscussionStore discussions, ReadCursorStore reads, CancellationToken cancellationToken)
    {
        if (!DiscussionId.TryParse(id, out var discussionId) || !await discussions.IsMemberAsync(discussionId, caller.Username(), cancellationToken))
        {
            return NotAMember.ProblemOf(id);
        }

        var read = await reads.ListAsync(caller.Username(), [discussionId.Value], cancellationToken);
        return TypedResults.Ok(new ReadUpTo(read.GetValueOrDefault(discussionId.Value)));
    }

    internal static async Task<Results<Ok<ReadUpTo>, ProblemHttpResult>> ReadAsync(
        string id, ReadUpTo body, ClaimsPrincipal caller, DiscussionStore discussions, MessageStore messages, ReadPositions reads, CancellationToken cancellationToken)
    {
        if (body.Seq is not >= 0)
        {
            return BadRequest("seq must be 0 or more");
        }

        if (!DiscussionId.TryParse(id, out var discussionId) || !await discussions.IsMemberAsync(discussionId, caller.Username(), cancellationToken))
        {
            return NotAMember.ProblemOf(id);
        }

        // Nobody has read what is still to be written.
        var seq = Math.Min(body.Seq.Value, await messages.GetLastSeqAsync(discussionId, cancellationToken));
        await reads.AdvanceAsync(discussionId, caller.Username(), seq);
        return TypedResults.Ok(new ReadUpTo(seq));
    }

    // The lobby has no owner, no members and no title.
    private static bool TryParse(string id, out DiscussionId discussion) => DiscussionId.TryParse(id, out discussion) && discussion != DiscussionId.Lobby;

    private static ProblemHttpResult BadRequest(string? error) => TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);

    // A member may know that they are not the owner; nobody else learns anything.
    private static async Task<ProblemHttpResult> RefuseAsync(string id, ClaimsPrincipal caller, DiscussionStore discussions, CancellationToken cancellationToken) =>
        TryParse(id, out var discussion) && await discussions.IsMemberAsync(discussion, caller.Username(), cancellationToken) ? NotOwner : NotFound;

    /// <param name="Title">Up to 200 characters; a blank one removes it. Left as it is if it is missing.</param>
    /// <param name="Assistant">Whether the assistant answers who names it. Left as it is if it is missing.</param>
    internal sealed record DiscussionSettings(string? Title, bool? Assistant);

    /// <param name="Seq">The number of the newest message that the caller has read, or 0. One that is lower than before changes nothing.</param>
    internal sealed record ReadUpTo(long? Seq);
}
