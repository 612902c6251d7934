namespace Godzilla.Cli.Chat.Terminal;

/// <summary>What a key does.</summary>
internal enum KeyKind
{
    /// <summary>Enters text.</summary>
    Text,

    /// <summary>Sends the line.</summary>
    Enter,

    /// <summary>Ctrl+C: throws the line away, or ends.</summary>
    Interrupt,

    /// <summary>Ctrl+D: deletes, or ends on an empty line.</summary>
    EndOfInput,

    /// <summary>Ctrl+Z: stops the program until <c>fg</c>.</summary>
    Suspend,

    /// <summary>Ctrl+L: draws anew.</summary>
    Redraw,

    Backspace,
    Delete,
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,

    /// <summary>The line before in the history.</summary>
    Up,

    /// <summary>The line after in the history.</summary>
    Down,

    /// <summary>Deletes to the beginning.</summary>
    KillLine,

    /// <summary>Deletes to the end.</summary>
    KillEnd,

    /// <summary>Deletes the word before the cursor.</summary>
    KillWord,
}
