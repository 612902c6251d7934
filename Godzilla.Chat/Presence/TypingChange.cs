namespace Godzilla.Chat.Presence;

/// <summary>Who types in a discussion has changed.</summary>
/// <param name="DiscussionId">As Presence has it.</param>
/// <param name="Before">Who typed, sorted.</param>
/// <param name="After">Who types now, sorted.</param>
internal sealed record TypingChange(string DiscussionId, IReadOnlyList<string> Before, IReadOnlyList<string> After);
