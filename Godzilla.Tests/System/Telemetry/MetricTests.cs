using System.Text.Json;
using YamlDotNet.RepresentationModel;

namespace Godzilla.Tests.System.Telemetry;

/// <summary>The metrics of a system that was used are those that docs/telemetry.md and the files under deploy/ know.</summary>
[Collection(UserActions.Name)]
public sealed class MetricTests(UserActions actions)
{
    private const string Ours = "godzilla.";

    // What Prometheus adds: a resource's service.name and service.instance.id, and a histogram's bucket.
    private static readonly string[] KnownLabels = ["job", "instance", "le"];

    private static readonly IReadOnlyDictionary<string, TelemetryDocument.MetricRow> Documented = new TelemetryDocument().Metrics;

    private IEnumerable<IGrouping<string, OtlpMetric>> Emitted => actions.Metrics.GroupBy(metric => metric.Name, StringComparer.Ordinal);

    [Fact]
    public void EveryMetricIsDocumented() => Assert.All(Emitted, metric =>
    {
        var (first, attributes) = (metric.First(), metric.SelectMany(m => m.Attributes).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray());
        Assert.True(
            Documented.TryGetValue(metric.Key, out var row),
            $"docs/telemetry.md has no row: | `{metric.Key}` | {first.Kind} | `{first.Unit}` | {string.Join(", ", attributes.Select(name => $"`{name}`"))} | {first.Description} |");
        Assert.Equal((first.Kind, first.Unit), (row.Kind, row.Unit));
        if (metric.Key.StartsWith(Ours, StringComparison.Ordinal))
        {
            Assert.Equal((first.Description, string.Join(' ', attributes)), (row.Meaning, string.Join(' ', row.Attributes.Order(StringComparer.Ordinal))));
        }
        else
        {
            Assert.Subset(row.Attributes.ToHashSet(StringComparer.Ordinal), attributes.ToHashSet(StringComparer.Ordinal));
        }
    });

    [Fact]
    public void EveryDocumentedMetricIsThere() => Assert.Subset(
        Emitted.Select(metric => metric.Key).ToHashSet(StringComparer.Ordinal),
        Documented.Where(row => row.Value.When.Length == 0).Select(row => row.Key).ToHashSet(StringComparer.Ordinal));

    [Fact]
    public void AlertsUseWhatIsEmittedAndSayWhatToDo()
    {
        var rules = AlertRules().ToList();

        Assert.NotEmpty(rules);
        Assert.All(rules, rule =>
        {
            AssertKnown(Text(rule, "expr"));
            var annotations = (YamlMappingNode)rule["annotations"];
            Assert.NotEmpty(Text(annotations, "summary"));

            // A runbook is a heading of docs/operations.md with the alert's name.
            Assert.Equal($"docs/operations.md#{Text(rule, "alert").ToLowerInvariant()}", Text(annotations, "runbook"));
            Assert.Contains($"\n### {Text(rule, "alert")}\n", Repository.Read("docs/operations.md"), StringComparison.Ordinal);
        });
        Assert.Equal(
            rules.Select(rule => Text(rule, "alert")),
            Repository.Read("docs/operations.md").Split('\n').Where(line => line.StartsWith("### Godzilla", StringComparison.Ordinal)).Select(line => line[4..]));
    }

    [Fact]
    public void TheDashboardUsesWhatIsEmitted()
    {
        using var dashboard = JsonDocument.Parse(Repository.Read("deploy/grafana/godzilla.json"));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().Where(panel => panel.TryGetProperty("targets", out _)).ToList();

        Assert.NotEmpty(panels);
        Assert.All(panels.SelectMany(panel => panel.GetProperty("targets").EnumerateArray()), target => AssertKnown(target.GetProperty("expr").GetString()!));
        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
    }

    private static IEnumerable<YamlMappingNode> AlertRules()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Repository.Read("deploy/prometheus/godzilla.rules.yaml")));
        return ((YamlSequenceNode)yaml.Documents[0].RootNode["groups"])
            .SelectMany(group => (YamlSequenceNode)group["rules"])
            .Cast<YamlMappingNode>();
    }

    private static string Text(YamlMappingNode node, string key) => ((YamlScalarNode)node[key]).Value!;

    private void AssertKnown(string expression)
    {
        var labels = Emitted.SelectMany(metric => Prometheus.SeriesOf(metric.First()).Select(name => (name, metric.SelectMany(m => m.Attributes).Select(Prometheus.Label))))
            .ToDictionary(series => series.name, series => series.Item2.Concat(KnownLabels).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal);
        var (selectors, grouping) = Prometheus.Parse(expression);
        Assert.NotEmpty(selectors);
        Assert.All(selectors, selector =>
        {
            Assert.True(labels.TryGetValue(selector.Metric, out var known), $"'{selector.Metric}' in {expression} is no metric");
            Assert.All(selector.Labels.Concat(grouping), label => Assert.True(known.Contains(label), $"{selector.Metric} has no '{label}'"));
        });
    }
}
