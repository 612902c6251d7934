namespace Godzilla.Chat.Assistant;

/// <summary>Something about an answer of the assistant. The message that comes in the end is the truth; this shows it as it grows.</summary>
/// <param name="DiscussionId">24 hex digits or <c>lobby</c>.</param>
/// <param name="Id">The answer: the id of the message that asked.</param>
/// <param name="AskedBy">The username of who asked, and may stop it.</param>
/// <param name="Index">Counts an answer's events from 0. Who has missed one waits for the message.</param>
/// <param name="State">One of <see cref="AssistantStates"/>.</param>
/// <param name="Text">With <c>delta</c> what follows; with <c>failed</c> the reason, for a person; else none.</param>
/// <param name="MessageId">With <c>done</c> and <c>stopped</c> the message that has the whole text; none if there is no text.</param>
public sealed record AssistantEvent(string DiscussionId, string Id, string AskedBy, int Index, string State, string? Text, string? MessageId);

/// <summary>How far an answer is.</summary>
internal static class AssistantStates
{
    public const string Started = "started";
    public const string Delta = "delta";
    public const string Done = "done";
    public const string Stopped = "stopped";
    public const string Failed = "failed";
}
