using System.Text;
using Aspire.Dashboard.ConsoleLogs;
using Godzilla.Cli.Chat;
using Godzilla.Cli.Chat.Terminal;

namespace Godzilla.Fuzz.Targets;

/// <summary>What terminals send, and what is shown in them or in the dashboard.</summary>
internal static class TerminalTargets
{
    public static IReadOnlyList<Target> All { get; } =
    [
        new("visible-text", Visible, "\u001b[31m", "\u001b]0;", "\u0007", "\u202e", "\u2066", "\u009b", "\ud83d\ude00"),
        new("terminal-keys", Keys, "\u001b[200~", "\u001b[201~", "\u001b[1;5D", "\u001b[3~", "\u001bO", "\r", "\u007f"),
        new("instruction", Instructions, "/", "//", "/new ", " -- ", "/edit ", "/history "),
        new("console-line", ConsoleLines, "2026-11-29T20:00:00Z ", "\u001b[", "\u001b]8;;", "\u001b\\", "\u0007"),
    ];

    private static void Visible(ReadOnlySpan<byte> input)
    {
        var line = VisibleText.Line(Encoding.UTF8.GetString(input));
        Rule.Holds(!line.Any(character => char.IsControl(character) || character is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069')), "nothing acts on a terminal");
        Rule.Holds(VisibleText.Line(line) == line, "what is visible stays as it is");
    }

    private static void Keys(ReadOnlySpan<byte> input)
    {
        var (whole, split) = (new KeyDecoder(), new KeyDecoder());
        foreach (var key in whole.Decode(input))
        {
            Rule.Holds(key.Kind != KeyKind.Text || key.Text.Length > 0 || input.IndexOf("\u001b[200~"u8) >= 0, "a text has characters, unless nothing was pasted");
        }

        for (var at = 0; at < input.Length; at++)
        {
            _ = split.Decode(input.Slice(at, 1));
        }
    }

    private static void Instructions(ReadOnlySpan<byte> input)
    {
        var line = Encoding.UTF8.GetString(input);
        var instruction = Instruction.Parse(line);
        Rule.Holds(instruction.Verb != Verb.Send || line.EndsWith(instruction.Argument, StringComparison.Ordinal), "what is sent was typed");
        _ = instruction.Words;
    }

    private static void ConsoleLines(ReadOnlySpan<byte> input)
    {
        var line = ConsoleLine.Parse("resource", 1, Encoding.UTF8.GetString(input), isError: false);
        Rule.Holds(!line.Text.Any(character => character < ' ' && character is not ('\t' or '\n')), "nothing acts on a terminal");
    }
}
