using System.Globalization;
using System.Text.RegularExpressions;

namespace Aspire.Dashboard.ConsoleLogs;

/// <summary>A line that a resource wrote.</summary>
/// <param name="Number">Its number in the resource's log.</param>
internal sealed partial record ConsoleLine(string ResourceId, int Number, DateTimeOffset Time, string Text, bool IsError)
{
    private const int LongestShown = 10_000;

    /// <summary>Takes apart a line of the app host's: the time at which it was read, and what was written.</summary>
    public static ConsoleLine Parse(string resourceId, int number, string line, bool isError)
    {
        var end = line.IndexOf(' ', StringComparison.Ordinal);
        var hasTime = DateTimeOffset.TryParse(
            end < 0 ? line : line.AsSpan(0, end), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        var text = !hasTime ? line : end < 0 ? "" : line[(end + 1)..];
        text = Control().Replace(Escape().Replace(text, ""), "");
        return new ConsoleLine(resourceId, number, time, text.Length > LongestShown ? $"{text[..LongestShown]}…" : text, isError);
    }

    [GeneratedRegex(@"\u001b(\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)|[@-Z\\^_])", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Escape();

    [GeneratedRegex(@"[\u0000-\u0008\u000b-\u001f\u007f]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Control();
}
