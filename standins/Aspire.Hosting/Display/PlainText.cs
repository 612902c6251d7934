using System.Text.RegularExpressions;

namespace Aspire.Hosting.Display;

/// <summary>Text without what a terminal would take for commands.</summary>
internal static partial class PlainText
{
    /// <summary>Removes escape sequences and control characters; a tab becomes a space.</summary>
    public static string From(string text) => Control().Replace(Escape().Replace(text, ""), " ").TrimEnd();

    /// <summary>Keeps colours, which end with the line, and removes everything else.</summary>
    public static string Coloured(string text)
    {
        if (!text.Contains('\u001b', StringComparison.Ordinal))
        {
            return From(text);
        }

        var kept = Escape().Replace(text, m => m.Value.EndsWith('m') ? m.Value : "");
        return ControlButEscape().Replace(kept, " ").TrimEnd() + "\u001b[0m";
    }

    [GeneratedRegex(@"\u001b(\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)|[@-Z\\^_])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Escape();

    [GeneratedRegex(@"[\u0000-\u001f\u007f]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Control();

    [GeneratedRegex(@"[\u0000-\u001a\u001c-\u001f\u007f]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ControlButEscape();
}
