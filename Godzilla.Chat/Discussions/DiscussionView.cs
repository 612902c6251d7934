namespace Godzilla.Chat.Discussions;

/// <summary>A discussion, as one of its members sees it.</summary>
/// <param name="Id">24 hex digits.</param>
/// <param name="Users">The members, by the time that they have been in it.</param>
/// <param name="Title">The title, or none.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="UpdatedAt">UTC; the time of its newest message, or of its creation.</param>
/// <param name="LastMessage">The newest message, or none yet.</param>
/// <param name="Owner">Who may rename and delete it, and remove others: the first of the members.</param>
/// <param name="Assistant">Whether the assistant answers who names it.</param>
/// <param name="Seq">The number of its newest message; 0 before the first.</param>
/// <param name="Unread">How many messages are newer than the newest that the member has read.</param>
internal sealed record DiscussionView(
    string Id, string[] Users, string? Title, DateTime CreatedAt, DateTime UpdatedAt, LastMessageView? LastMessage, string? Owner, bool Assistant, long Seq, long Unread)
{
    internal static DiscussionView Of(Discussion discussion, long read) => new(
        discussion.Id.ToString(),
        discussion.Users,
        discussion.Title,
        discussion.CreatedAt,
        discussion.UpdatedAt,
        discussion.LastMessage is { } last
            ? new LastMessageView(last.MessageId.ToString(), last.UserId, last.Text, last.CreatedAt)
            : null,
        discussion.Users.FirstOrDefault(),
        discussion.Assistant ?? true,
        discussion.Seq,
        Math.Max(0, discussion.Seq - read));
}

/// <summary>The newest message of a discussion, as a client sees it in the list.</summary>
/// <param name="MessageId">24 hex digits.</param>
/// <param name="UserId">The sender's username.</param>
/// <param name="Text">The text.</param>
/// <param name="CreatedAt">UTC.</param>
internal sealed record LastMessageView(string MessageId, string UserId, string Text, DateTime CreatedAt);
