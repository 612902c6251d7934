using Godzilla.Chat.Discussions;
using MongoDB.Bson;

namespace Godzilla.Chat.Messages;

/// <summary>A message, as a client sees it, in the history and in the hub's events.</summary>
/// <param name="Id">24 hex digits.</param>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
/// <param name="UserId">The sender's username.</param>
/// <param name="Text">The text; empty if it is deleted.</param>
/// <param name="Seq">Its number in the discussion, from 1, without gaps.</param>
/// <param name="CreatedAt">UTC, to the millisecond.</param>
/// <param name="EditedAt">When its text was changed; <see langword="null"/> if never.</param>
/// <param name="Deleted">Whether its author deleted it.</param>
/// <param name="Rev">The number of its newest change among those of the discussion; <see langword="null"/> if it was never changed.</param>
public sealed record MessageView(
    string Id,
    string DiscussionId,
    string UserId,
    string Text,
    long Seq,
    DateTime CreatedAt,
    DateTime? EditedAt,
    bool Deleted,
    long? Rev)
{
    internal static MessageView Of(Message message) => new(
        message.Id.ToString(),
        new DiscussionId(message.DiscussionId).ToString(),
        message.UserId,
        message.Text,
        message.Seq,
        message.CreatedAt,
        message.EditedAt,
        message.Deleted,
        message.Rev);

    internal Message ToMessage() => new()
    {
        Id = ObjectId.Parse(Id),
        DiscussionId = Discussions.DiscussionId.TryParse(DiscussionId, out var discussion) ? discussion.Value : default,
        UserId = UserId,
        Text = Text,
        Seq = Seq,
        CreatedAt = CreatedAt,
        EditedAt = EditedAt,
        Deleted = Deleted,
        Rev = Rev,
    };
}
