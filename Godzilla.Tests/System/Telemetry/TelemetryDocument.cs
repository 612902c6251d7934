using System.Text.RegularExpressions;

namespace Godzilla.Tests.System.Telemetry;

/// <summary>The tables of <c>docs/telemetry.md</c>: what the running system is held to.</summary>
internal sealed partial class TelemetryDocument
{
    private readonly IReadOnlyList<IReadOnlyList<Dictionary<string, string>>> _tables = MarkdownTables.Read(Repository.Read("docs/telemetry.md"));

    /// <summary>The spans that there can be, by the name that the document gives them.</summary>
    public IReadOnlyDictionary<string, SpanRow> Spans => Rows("span").ToDictionary(
        row => row["span"],
        row => new SpanRow(Codes(row["source"]).Single(), row["kind"], Codes(row["always"]), Codes(row["sometimes"])));

    /// <summary>What users do, and the spans of it: services, and the names of spans.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<(string Service, string Span)>> Actions => Rows("action").ToDictionary(
        row => row["action"],
        row => (IReadOnlyList<(string, string)>)
        [
            .. from part in row["spans"].Split(';', StringSplitOptions.TrimEntries)
               let service = Codes(part).Single()
               from span in part[(part.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(',', StringSplitOptions.TrimEntries)
               select (service, span),
        ]);

    /// <summary>The metrics of our own, and those of the frameworks, by name.</summary>
    public IReadOnlyDictionary<string, MetricRow> Metrics => Rows("metric").ToDictionary(
        row => Codes(row["metric"]).Single(),
        row => new MetricRow(row["kind"], Codes(row["unit"]).SingleOrDefault(""), Codes(row["attributes"]), row["meaning"], row.GetValueOrDefault("when", "")));

    private IEnumerable<Dictionary<string, string>> Rows(string column) => _tables.Where(table => table[0].ContainsKey(column)).SelectMany(table => table);

    private static string[] Codes(string cell) => [.. Code().Matches(cell).Select(match => match.Groups[1].Value)];

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex Code();

    /// <param name="Always">The attributes that every such span has.</param>
    /// <param name="Sometimes">Those that it may have.</param>
    internal sealed record SpanRow(string Source, string Kind, string[] Always, string[] Sometimes)
    {
        public bool Fits(OtlpSpan span) => span.Scope == Source
            && span.Kind == Kind
            && Array.TrueForAll(Always, span.Attributes.ContainsKey)
            && span.Attributes.Keys.All(name => Always.Contains(name) || Sometimes.Contains(name));
    }

    /// <param name="When">Without what it is not there; empty if it always is.</param>
    internal sealed record MetricRow(string Kind, string Unit, string[] Attributes, string Meaning, string When);
}
