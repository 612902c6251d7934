namespace Godzilla.Cli.Chat;

/// <summary>What a line that the user entered asks for.</summary>
/// <param name="Verb">What to do.</param>
/// <param name="Argument">With what; the text of a message as it is, all else without blanks around it.</param>
internal sealed record Instruction(Verb Verb, string Argument)
{
    /// <summary>The commands, for <c>/help</c>.</summary>
    public static readonly IReadOnlyList<string> Help =
    [
        "/list                 your discussions, and what is unread",
        "/open N|ID|TITLE      show one of them; /open lobby is where everybody is",
        "/new NAME… [-- TITLE] start a discussion with others",
        "/invite NAME…         add others to this discussion",
        "/leave                leave this discussion",
        "/history [N]          the last N messages again, up to 100",
        "/edit TEXT            give your last message another text",
        "/delete               delete your last message",
        "/who                  who is here",
        "/quit                 end",
        "//TEXT                send a text that begins with a slash",
    ];

    /// <summary>The words of the argument.</summary>
    public string[] Words => Argument.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Reads a line: a command begins with a slash, everything else is sent. Two slashes stand for a text that begins with one.</summary>
    public static Instruction Parse(string line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return new Instruction(Verb.Nothing, "");
        }

        if (line[0] != '/')
        {
            return new Instruction(Verb.Send, line);
        }

        if (line.StartsWith("//", StringComparison.Ordinal))
        {
            return new Instruction(Verb.Send, line[1..]);
        }

        var end = line.AsSpan().IndexOfAny(' ', '\n', '\t');
        var name = end < 0 ? line[1..] : line[1..end];
        var argument = end < 0 ? "" : line[end..].Trim();
        return name switch
        {
            "help" => new Instruction(Verb.Help, argument),
            "list" => new Instruction(Verb.List, argument),
            "open" when argument.Length > 0 => new Instruction(Verb.Open, argument),
            "new" when argument.Length > 0 => new Instruction(Verb.New, argument),
            "invite" when argument.Length > 0 => new Instruction(Verb.Invite, argument),
            "leave" => new Instruction(Verb.Leave, argument),
            "history" => new Instruction(Verb.History, argument),
            "edit" when argument.Length > 0 => new Instruction(Verb.Edit, argument),
            "delete" => new Instruction(Verb.Delete, argument),
            "who" => new Instruction(Verb.Who, argument),
            "quit" => new Instruction(Verb.Quit, argument),
            "open" or "new" or "invite" or "edit" => new Instruction(Verb.Wrong, $"/{name} needs more; /help shows how"),
            _ => new Instruction(Verb.Wrong, $"There is no command /{name}; /help shows all, and // begins a text with a slash"),
        };
    }
}
