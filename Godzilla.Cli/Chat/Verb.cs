namespace Godzilla.Cli.Chat;

/// <summary>What an <see cref="Instruction"/> asks for.</summary>
internal enum Verb
{
    /// <summary>A blank line.</summary>
    Nothing,

    Send,
    Help,
    List,
    Open,
    New,
    Invite,
    Leave,
    History,
    Edit,
    Delete,
    Who,
    Quit,

    /// <summary>No such command; the argument says so.</summary>
    Wrong,
}
