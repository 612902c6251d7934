using System.Security.Claims;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Rooms;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.AspNetCore.Http.HttpResults;
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

        if (!DiscussionId.TryParse(id, out var discussion)
            || !await discussions.IsMemberAsync(discussion, caller.Username(), cancellationToken))
        {
            return TypedResults.Problem("Discussion not found", statusCode: StatusCodes.Status404NotFound);
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
        var size = limit ?? DefaultLimit;
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
            if (!Draft.TryCreate(message?.Text, clientId: null, out var draft, out var error))
            {
                return TypedResults.Problem(error, statusCode: StatusCodes.Status400BadRequest);
            }

            drafts.Add(draft);
        }

        if (!DiscussionId.TryParse(id, out var discussion)
            || !await discussions.IsMemberAsync(discussion, caller.Username(), cancellationToken))
        {
            return TypedResults.Problem("Not a member of this discussion", statusCode: StatusCodes.Status403Forbidden);
        }

        var added = await rooms.Get(discussion).AppendAsync(caller.Username(), drafts, cancellationToken);
        return TypedResults.Ok(new MessagesAdded(added.Count, added[^1].Id.ToString()));
    }

    internal sealed record NewMessage(string? Text);

    internal sealed record MessagePage(MessageView[] Messages, string? NextCursor);

    internal sealed record MessagesAdded(int InsertedCount, string LastMessageId);
}
