using System.Buffers;

namespace Godzilla.Chat.Messages;

/// <summary>What a text may hold: nothing that acts on a terminal, and nothing that is no text in UTF-8.</summary>
internal static class TextRule
{
    // C0, DEL and C1.
    private static readonly char[] Controls = [.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl)];
    private static readonly SearchValues<char> InLine = SearchValues.Create(Controls);
    private static readonly SearchValues<char> InLines = SearchValues.Create(Controls.Except(['\t', '\n']).ToArray());

    /// <returns>What is wrong with a text of lines, or <see langword="null"/>.</returns>
    public static string? OfLines(string name, string text) =>
        text.AsSpan().IndexOfAny(InLines) >= 0 ? $"{name} must hold no control characters but newline and tab" : OfSurrogates(name, text);

    /// <returns>What is wrong with one line, or <see langword="null"/>; none is as good as any.</returns>
    public static string? OfLine(string name, string? text) =>
        text.AsSpan().IndexOfAny(InLine) >= 0 ? $"{name} must hold no control characters" : OfSurrogates(name, text);

    /// <returns>A text of lines without the control characters that it must not hold.</returns>
    public static string Clean(string text) =>
        text.AsSpan().IndexOfAny(InLines) < 0 ? text : string.Concat(text.Where(character => !InLines.Contains(character)));

    private static string? OfSurrogates(string name, string? text) => HasLoneSurrogate(text) ? $"{name} must hold no lone surrogates" : null;

    private static bool HasLoneSurrogate(string? text)
    {
        for (var rest = text.AsSpan(); rest.IndexOfAnyInRange('\uD800', '\uDFFF') is >= 0 and var at; rest = rest[(at + 2)..])
        {
            if (at + 1 == rest.Length || !char.IsSurrogatePair(rest[at], rest[at + 1]))
            {
                return true;
            }
        }

        return false;
    }
}
