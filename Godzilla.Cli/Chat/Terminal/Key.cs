namespace Godzilla.Cli.Chat.Terminal;

/// <summary>A key that was pressed, or text that was pasted.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Text">The text that it enters; empty for other keys.</param>
internal readonly record struct Key(KeyKind Kind, string Text = "");
