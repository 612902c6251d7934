namespace Godzilla.Tests;

/// <summary>Reads the tables of a Markdown document.</summary>
internal static class MarkdownTables
{
    /// <returns>The tables, each as its rows: cells by the name of their column.</returns>
    public static IReadOnlyList<IReadOnlyList<Dictionary<string, string>>> Read(string markdown)
    {
        var tables = new List<IReadOnlyList<Dictionary<string, string>>>();
        var lines = markdown.Split('\n');
        for (var i = 1; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("|-", StringComparison.Ordinal))
            {
                continue;
            }

            var columns = Cells(lines[i - 1]);
            tables.Add([.. lines.Skip(i + 1).TakeWhile(line => line.StartsWith('|')).Select(line => columns.Zip(Cells(line)).ToDictionary(cell => cell.First, cell => cell.Second))]);
        }

        return tables;
    }

    private static string[] Cells(string line) => line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries);
}
