namespace Godzilla.Cli.Chat.Server;

/// <summary>A message, as the server sends it.</summary>
/// <param name="Id">24 hex digits.</param>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
/// <param name="UserId">The sender's name.</param>
/// <param name="Text">The text; empty if it is deleted.</param>
/// <param name="Seq">Its number in the discussion, without gaps.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="EditedAt">When its text was changed, or <see langword="null"/>.</param>
/// <param name="Deleted">Whether its author deleted it.</param>
/// <param name="Rev">The number of its newest change in the discussion, or <see langword="null"/>.</param>
internal sealed record Message(
    string Id, string DiscussionId, string UserId, string Text, long Seq, DateTime CreatedAt, DateTime? EditedAt, bool Deleted, long? Rev);
