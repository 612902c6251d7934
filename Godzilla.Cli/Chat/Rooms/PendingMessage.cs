namespace Godzilla.Cli.Chat.Rooms;

/// <summary>A message that the server has not acknowledged.</summary>
/// <param name="Discussion">24 hex digits or <c>lobby</c>.</param>
/// <param name="Text">The text.</param>
/// <param name="ClientId">Sent again with the same, it is the same message.</param>
/// <param name="Since">When the user sent it.</param>
internal sealed record PendingMessage(string Discussion, string Text, string ClientId, DateTimeOffset Since)
{
    /// <summary>Why it still waits; empty if nobody knows.</summary>
    public string Why { get; set; } = "";
}
