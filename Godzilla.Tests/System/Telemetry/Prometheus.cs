using System.Text.RegularExpressions;

namespace Godzilla.Tests.System.Telemetry;

/// <summary>
/// The names that Prometheus gives OTLP's metrics (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/), and
/// as much of its query language as finds the names in an expression.
/// </summary>
internal static partial class Prometheus
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal) { ["s"] = "seconds", ["ms"] = "milliseconds", ["By"] = "bytes" };
    private static readonly string[] Operators = ["and", "or", "unless", "bool", "offset"];

    /// <returns>The names of the series of a metric.</returns>
    public static IEnumerable<string> SeriesOf(OtlpMetric metric)
    {
        var name = Label(metric.Name);
        if (Units.TryGetValue(metric.Unit, out var unit) && !name.EndsWith($"_{unit}", StringComparison.Ordinal))
        {
            name += $"_{unit}";
        }

        return metric.Kind switch
        {
            "counter" => [$"{name}_total"],
            "histogram" => [$"{name}_bucket", $"{name}_sum", $"{name}_count"],
            _ => [name],
        };
    }

    /// <returns>The label that an attribute becomes.</returns>
    public static string Label(string attribute) => NotAllowed().Replace(attribute, "_");

    /// <returns>The metrics of an expression with the labels that are looked at, and the labels by which it groups.</returns>
    public static (IReadOnlyList<(string Metric, string[] Labels)> Selectors, IReadOnlyList<string> Grouping) Parse(string expression)
    {
        var rest = Duration().Replace(Text().Replace(expression, "''"), "");
        var grouping = Grouping().Matches(rest).SelectMany(match => Names(match.Groups[1].Value)).ToList();
        rest = Grouping().Replace(rest, " ");
        return (
            [
                .. from match in Selector().Matches(rest)
                   where !Operators.Contains(match.Groups[1].Value)
                   select (match.Groups[1].Value, Matcher().Matches(match.Groups[2].Value).Select(label => label.Groups[1].Value).ToArray()),
            ],
            grouping);
    }

    private static string[] Names(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("[^a-zA-Z0-9_]")]
    private static partial Regex NotAllowed();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Text();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Duration();

    [GeneratedRegex(@"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")]
    private static partial Regex Grouping();

    // A name that is no function, with its matchers.
    [GeneratedRegex(@"(?<![\w.])([a-zA-Z_:][\w:]*)(?![\w:]|\s*\()\s*(\{[^}]*\})?")]
    private static partial Regex Selector();

    [GeneratedRegex(@"(\w+)\s*(?:=~|!~|!=|=)")]
    private static partial Regex Matcher();
}
