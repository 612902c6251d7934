using Godzilla.Chat.Discussions;

namespace Godzilla.Chat.Messages;

/// <summary>A message, as a client sees it, in the history and as the hub's <c>message</c> event.</summary>
/// <param name="Id">24 hex digits.</param>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
/// <param name="UserId">The sender's username.</param>
/// <param name="Text">The text.</param>
/// <param name="Seq">Its number in the discussion, from 1, without gaps.</param>
/// <param name="CreatedAt">UTC, to the millisecond.</param>
public sealed record MessageView(string Id, string DiscussionId, string UserId, string Text, long Seq, DateTime CreatedAt)
{
    internal static MessageView Of(Message message) => new(
        message.Id.ToString(),
        new DiscussionId(message.DiscussionId).ToString(),
        message.UserId,
        message.Text,
        message.Seq,
        message.CreatedAt);
}
