namespace Godzilla.Chat.Discussions;

/// <summary>A discussion that was created or changed, as the hub's <c>discussion</c> event: for its members, and for who was one.</summary>
/// <param name="Id">24 hex digits.</param>
/// <param name="Users">The members now, by the time that they have been in it: the first owns it.</param>
/// <param name="Title">The title, or none.</param>
/// <param name="Assistant">Whether the assistant answers who names it.</param>
/// <param name="Seq">The number of its newest message, as far as it is recorded.</param>
/// <param name="Rev">The number of the newest change of a message, as far as it is recorded.</param>
/// <param name="Deleted">Whether it is gone.</param>
public sealed record DiscussionChange(string Id, IReadOnlyList<string> Users, string? Title, bool Assistant, long Seq, long Rev, bool Deleted)
{
    internal static DiscussionChange Of(Discussion discussion) =>
        new(discussion.Id.ToString(), discussion.Users, discussion.Title, discussion.Assistant ?? true, discussion.Seq, discussion.Rev, Deleted: false);
}
