namespace Aspire.Hosting.Display;

/// <summary>Lays out resources as lines of a table that fit a terminal.</summary>
internal static class ResourceTable
{
    private const int NarrowestUrl = 12;
    private const string Gap = "  ";

    private static readonly string[] Titles = ["RESOURCE", "STATE", "HEALTH", "PID", "URL"];

    /// <summary>Lays out rows.</summary>
    /// <param name="rows">What to show.</param>
    /// <param name="width">Columns of the terminal; no line is longer.</param>
    /// <param name="height">Lines of the terminal; there are fewer lines than that.</param>
    public static IReadOnlyList<string> Layout(IReadOnlyList<ResourceRow> rows, int width, int height)
    {
        var room = Math.Max(height - 2, 2);
        var shown = rows.Count <= room ? rows : rows.Take(room - 1);
        List<string[]> cells = [Titles, .. shown.Select(r => new[] { r.Name, r.State, r.Health, r.Pid, r.Url })];
        int[] widths = [.. Enumerable.Range(0, Titles.Length).Select(column => cells.Max(c => c[column].Length))];

        // Too narrow for everything: first the pid goes, then the health; a URL that is cut short is of little use, but shows that there is one.
        List<int> columns = [0, 1, 2, 3, 4];
        foreach (var expendable in new[] { 3, 2 })
        {
            if (columns.Sum(c => c == 4 ? NarrowestUrl : widths[c] + Gap.Length) > width)
            {
                columns.Remove(expendable);
            }
        }

        List<string> lines = [.. cells.Select(c => Cut(string.Join(Gap, columns.Select(column => c[column].PadRight(widths[column]))).TrimEnd(), width))];
        if (rows.Count > room)
        {
            lines.Add(Cut($"... and {rows.Count - room + 1} more", width));
        }

        return lines;
    }

    public static string Cut(string text, int width) => text.Length <= width ? text : width <= 1 ? text[..Math.Max(width, 0)] : $"{text[..(width - 1)]}…";
}
