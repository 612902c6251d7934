using System.Globalization;

namespace Godzilla.Inference.Usage;

/// <summary>Which usage is asked for, and how it is summed up.</summary>
internal sealed record UsageQuery(DateOnly From, DateOnly To, IReadOnlyList<string> Groups)
{
    public const string Day = "day";
    public const string Key = "key";
    public const string Model = "model";

    private const string Format = "yyyy-MM-dd";
    private const int MaxDays = 366;

    private static readonly string[] Known = [Day, Key, Model];

    /// <summary>The first day, as it is stored.</summary>
    public string First => From.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>The last day, as it is stored.</summary>
    public string Last => To.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Reads a query. Without days it is this month up to today, without groups it is by day.</summary>
    /// <param name="from">The first day; by default the first of this month, or of the last day's.</param>
    /// <param name="to">The last day; by default today.</param>
    /// <param name="group">Names of groups, separated by commas.</param>
    /// <param name="today">In UTC.</param>
    /// <param name="error">What is wrong with it, if it is <see langword="null"/>.</param>
    public static UsageQuery? TryParse(string? from, string? to, string? group, DateOnly today, out string? error)
    {
        var groups = group?.Split(',').Distinct(StringComparer.Ordinal).ToArray() ?? [Day];
        var isLast = TryParse(to, today, out var last);
        var isFirst = TryParse(from, new DateOnly(last.Year, last.Month, 1), out var first);
        error = !isFirst ? $"from must be a day as {Format}"
            : !isLast ? $"to must be a day as {Format}"
            : last < first ? "to must not be before from"
            : last.DayNumber - first.DayNumber >= MaxDays ? $"from and to must be at most {MaxDays} days"
            : !groups.All(Known.Contains) ? $"group must be of {string.Join(", ", Known)}, separated by commas"
            : null;
        return error is null ? new UsageQuery(first, last, groups) : null;
    }

    private static bool TryParse(string? text, DateOnly missing, out DateOnly day)
    {
        day = missing;
        return text is null || DateOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
    }
}
