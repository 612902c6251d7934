using System.Globalization;
using System.Text;
using Spectre.Console.Rendering;

namespace Godzilla.Cli.Chat.Terminal;

/// <summary>Measures text in the cells of a terminal. Where terminals differ, such as on joined emoji, it takes the most that one needs.</summary>
internal static class Cells
{
    private const char EmojiPresentation = '\ufe0f';

    /// <summary>The characters as people see them, each with its width.</summary>
    public static IEnumerable<(string Text, int Width)> Split(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, at);
            var element = text.Substring(at, length);
            yield return (element, WidthOf(element));
            at += length;
        }
    }

    public static int Width(string text) => Split(text).Sum(element => element.Width);

    /// <summary>The beginning of a text that fits, with an ellipsis if that is not all.</summary>
    public static string Fit(string text, int width)
    {
        if (Width(text) <= width)
        {
            return text;
        }

        var fitting = new StringBuilder();
        var used = 1;
        foreach (var (element, needed) in Split(text))
        {
            if ((used += needed) > width)
            {
                break;
            }

            fitting.Append(element);
        }

        return width > 0 ? fitting.Append('…').ToString() : "";
    }

    /// <summary>Breaks a line at blanks. A word that is longer than a row stays whole, so that an address can be copied.</summary>
    /// <param name="text">Without newlines.</param>
    /// <param name="first">The width of the first row.</param>
    /// <param name="next">The width of each other row.</param>
    public static IEnumerable<string> Wrap(string text, int first, int next)
    {
        var row = new StringBuilder();
        var (used, width) = (0, first);
        foreach (var word in WordsOf(text))
        {
            var needed = Width(word);
            if (used > 0 && used + needed > width)
            {
                yield return row.ToString().TrimEnd();
                row.Clear();
                (used, width) = (0, next);
                if (string.IsNullOrWhiteSpace(word))
                {
                    continue;
                }
            }

            row.Append(word);
            used += needed;
        }

        yield return row.ToString();
    }

    // Words and the blanks between them, each on its own.
    private static IEnumerable<string> WordsOf(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            var isBlank = char.IsWhiteSpace(text[at]);
            while (at < text.Length && char.IsWhiteSpace(text[at]) == isBlank)
            {
                at++;
            }

            yield return text[start..at];
        }
    }

    private static int WidthOf(string element) =>
        element.Length == 1 && element[0] is >= ' ' and < '\u007f' ? 1
        : element.Contains(EmojiPresentation, StringComparison.Ordinal) ? Math.Max(2, new Segment(element).CellCount())
        : Math.Max(0, new Segment(element).CellCount());
}
