using System.Buffers;
using System.Globalization;
using System.Text;

namespace Godzilla.Cli.Chat.Terminal;

/// <summary>
/// Makes text of others harmless for a terminal. Every string from outside goes through it before it is written anywhere: what could move the
/// cursor, change colours, titles or the clipboard, or turn the direction of text around (CVE-2021-42574) becomes visible instead.
/// </summary>
internal static class VisibleText
{
    // C0, DEL and C1; the marks, embeddings, overrides and isolates of the bidirectional algorithm; line and paragraph separators; invisible
    // characters that are no joiners of scripts or emoji; the first half of a pair, and the second.
    private static readonly SearchValues<char> Suspicious = SearchValues.Create(
    [
        .. Range('\0', '\u001f'), .. Range('\u007f', '\u009f'), '\u061c', '\u180e', '\u200b', '\u200e', '\u200f', .. Range('\u2028', '\u202e'),
        .. Range('\u2060', '\u206f'), '\ufeff', .. Range('\ufff9', '\ufffb'), .. Range('\ud800', '\udfff'),
    ]);

    /// <summary>Makes a text one harmless line.</summary>
    /// <param name="text">From anybody.</param>
    /// <returns>
    /// The text with pictures for C0 (such as ␛ and ␊) and DEL, four blanks for a tab, <c>‹U+202E›</c> and the like for the others, and U+FFFD
    /// for half a surrogate pair.
    /// </returns>
    public static string Line(string text)
    {
        if (text.AsSpan().IndexOfAny(Suspicious) < 0)
        {
            return text;
        }

        var visible = new StringBuilder(text.Length + 16);
        foreach (var rune in text.EnumerateRunes())
        {
            // Half a pair comes as U+FFFD.
            var code = rune.Value;
            _ = code switch
            {
                '\t' => visible.Append("    "),
                < 0x20 => visible.Append((char)(0x2400 + code)),
                0x7f => visible.Append('\u2421'),
                _ when rune.IsBmp && Suspicious.Contains((char)code) => visible.Append(CultureInfo.InvariantCulture, $"‹U+{code:X4}›"),
                _ => visible.Append(rune),
            };
        }

        return visible.ToString();
    }

    /// <summary>Makes a text harmless lines, split at its newlines.</summary>
    public static IEnumerable<string> Lines(string text) => text.Split('\n').Select(Line);

    private static IEnumerable<char> Range(char first, char last) => Enumerable.Range(first, last - first + 1).Select(code => (char)code);
}
