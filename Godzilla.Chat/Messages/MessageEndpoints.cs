using System.Globalization;
using System.Security.Claims;
using Godzilla.Chat.Assistant;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Rooms;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using MongoDB.Bson;

namespace Godzilla.Chat.Messages;

/// <summary>Reads a discussion's messages, and sends messages without a socket.</summary>
internal static class MessageEndpoints
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    internal static async Task<Results<Ok<MessagePage>, ProblemHttpResult>> ListAsync(
        string id,
        string? cursor,
        [FromQuery(Name = "after_seq")] long? afterSeq,
        [FromQuery(Name = "after_rev")] long? afterRev,
        int? limit,
        ClaimsPrincipal caller,
        DiscussionStore discussions,
        MessageStore messages,
        CancellationToken cancellationToken)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return TypedResults.Problem($"limit must be 1 to {MaxLimit}", statusCode: StatusCodes.Status400BadRequest);
        }

        if (afterSeq < 0 || afterRev < 0 || new object?[] { cursor, afterSeq, afterRev }.Count(place => place is not null) > 1)
        {
            return TypedResults.Problem("One of cursor, after_seq and after_rev, the last two 0 or more", statusCode: StatusCodes.Status400BadRequest);
        }

        if (!DiscussionId.TryParse(id, out var discussion)
            || !await discussions.IsMemberAsync(discussion, caller.Username(), cancellationToken))
        {
            return NotAMember.ProblemOf(id);
        }

        var size = limit ?? DefaultLimit;
        if (afterSeq is { } after)
        {
            var next = await messages.ListAfterAsync(discussion, after, size + 1, cancellationToken);
            return TypedResults.Ok(new MessagePage(
                [.. next.Take(size).Select(MessageView.Of)], NextCursor: null, NextAfterSeq: next.Count > size ? next[size - 1].Seq : null));
        }

        if (afterRev is { } rev)
        {
            var next = await messages.ListChangedAfterAsync(discussion, rev, size + 1, cancellationToken);
            return TypedResults.Ok(new MessagePage(
                [.. next.Take(size).Select(MessageView.Of)], NextCursor: null, NextAfterRev: next.Count > size ? next[size - 1].Rev : null));
        }

        var before = long.MaxValue;
        if (cursor is not null)
        {
            if (!ObjectId.TryParse(cursor, out var messageId)
                || await messages.FindAsync(discussion, messageId, cancellationToken) is not { } message)
            {
                return TypedResults.Problem("cursor must be the id of a message of this discussion", statusCode: StatusCodes.Status400BadRequest);
            }

            before = message.Seq;
        }

        // One more than asked for shows whether there is a next page, so a full last page has no cursor.
        var found = await messages.ListBeforeAsync(discussion, before, size + 1, cancellationToken);
        var page = found.Take(size).Select(MessageView.Of).ToArray();
        return TypedResults.Ok(new MessagePage(page, found.Count > size ? page[^1].Id : null));
    }

    internal static async Task<Results<Ok<MessagesAdded>, ProblemHttpResult>> AddAsync(
        string id,
        NewMessage?[] body,
        ClaimsPrincipal caller,
        DiscussionStore discussions,
        RoomRegistry rooms,
        SendLimit limit,
        Answers answers,
        HttpContext context,
        CancellationToken cancellationToken)
    {
        if (body.Length is 0 or > MaxLimit)
        {
            return TypedResults.Problem(
                body.Length == 0 ? "No messages provided" : $"At most {MaxLimit} messages at a time",
                statusCode: StatusCodes.Status400BadRequest);
        }

        var drafts = new List<Draft>(body.Length);
        foreach (var message in body)
        {
            if (!Draft.TryCreate(message?.Text, message?.ClientId, out var draft, out var error))
            {
                return TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);
            }

            drafts.Add(draft);
        }

        if (!DiscussionId.TryParse(id, out var discussion)
            || !await discussions.IsMemberAsync(discussion, caller.Username(), cancellationToken))
        {
            return NotAMember.ProblemOf(id);
        }

        if (limit.Take(caller.Username(), drafts.Count) is { IsAllowed: false, RetryAfter: var wait })
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return TypedResults.Problem("Too many messages", statusCode: StatusCodes.Status429TooManyRequests);
        }

        try
        {
            var added = await rooms.Get(discussion).AppendAsync(caller.Username(), drafts, cancellationToken);
            answers.Consider(discussion, context.Caller(), added);
            return TypedResults.Ok(new MessagesAdded(added.Count, added[^1].Id.ToString()));
        }
        catch (ClientIdTakenException exception)
        {
            return TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status409Conflict);
        }
    }

    internal static async Task<Results<Ok<MessageView>, ProblemHttpResult>> EditAsync(
        string id,
        string message,
        NewText body,
        ClaimsPrincipal caller,
        DiscussionStore discussions,
        RoomRegistry rooms,
        CancellationToken cancellationToken) =>
        Draft.TryCreate(body.Text, clientId: null, out var draft, out var error)
            ? await ChangeAsync(id, message, draft.Text, caller, discussions, rooms, cancellationToken)
            : TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);

    internal static Task<Results<Ok<MessageView>, ProblemHttpResult>> DeleteAsync(
        string id, string message, ClaimsPrincipal caller, DiscussionStore discussions, RoomRegistry rooms, CancellationToken cancellationToken) =>
        ChangeAsync(id, message, text: null, caller, discussions, rooms, cancellationToken);

    private static async Task<Results<Ok<MessageView>, ProblemHttpResult>> ChangeAsync(
        string id,
        string message,
        string? text,
        ClaimsPrincipal caller,
        DiscussionStore discussions,
        RoomRegistry rooms,
        CancellationToken cancellationToken)
    {
        if (!DiscussionId.TryParse(id, out var discussion)
            || !await discussions.IsMemberAsync(discussion, caller.Username(), cancellationToken))
        {
            return NotAMember.ProblemOf(id);
        }

        return ObjectId.TryParse(message, out var messageId)
            && await rooms.Get(discussion).ChangeAsync(messageId, caller.Username(), text, cancellationToken) is { } changed
                ? TypedResults.Ok(MessageView.Of(changed))
                : TypedResults.Problem("You have no such message", statusCode: StatusCodes.Status404NotFound);
    }

    /// <param name="Text">1 to 4000 characters.</param>
    internal sealed record NewText(string? Text);

    internal sealed record NewMessage(string? Text, string? ClientId = null);

    /// <summary>Messages: the newest first; after a <c>seq</c> the oldest first; after a <c>rev</c> those that were changed, in the order of that.</summary>
    /// <param name="Messages">The page.</param>
    /// <param name="NextCursor">Leads to those before; <see langword="null"/> if there are none.</param>
    /// <param name="NextAfterSeq">Leads to those after; <see langword="null"/> if there are none, or if they were not asked for.</param>
    /// <param name="NextAfterRev">Leads to the changes after; <see langword="null"/> if there are none, or if they were not asked for.</param>
    internal sealed record MessagePage(MessageView[] Messages, string? NextCursor, long? NextAfterSeq = null, long? NextAfterRev = null);

    internal sealed record MessagesAdded(int InsertedCount, string LastMessageId);
}
