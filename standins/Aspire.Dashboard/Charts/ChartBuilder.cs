using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Charts;

/// <summary>Makes a chart of an instrument's series.</summary>
internal static class ChartBuilder
{
    /// <summary>More lines cannot be told apart.</summary>
    public const int MostLines = 8;

    /// <summary>Moments in a chart.</summary>
    public const int Moments = 61;

    private static readonly (string Name, double Share)[] Percentiles = [("P50", 0.5), ("P90", 0.9), ("P99", 0.99)];

    /// <param name="kind">What the instrument measures: decides between values, rates and percentiles.</param>
    /// <param name="unit">Its unit.</param>
    /// <param name="series">Those that are wanted.</param>
    /// <param name="splitBy">A dimension: a line for each of its values. Else one for all, and for a gauge one for each series.</param>
    /// <param name="to">The last moment.</param>
    /// <param name="duration">How long before that the first is.</param>
    public static ChartModel Build(InstrumentKind kind, string unit, IReadOnlyList<SeriesModel> series, string? splitBy, DateTimeOffset to, TimeSpan duration)
    {
        var groups = series.GroupBy(s => splitBy is null
                ? kind == InstrumentKind.Gauge ? string.Join(", ", s.Dimensions.Select(d => d.Value)) : ""
                : s.Dimensions.FirstOrDefault(d => d.Key == splitBy).Value ?? "(none)")
            .Select(g => (Name: g.Key, Series: g.ToArray()))
            .OrderBy(g => g.Name, StringComparer.Ordinal);
        var step = duration / (Moments - 1);
        DateTimeOffset[] moments = [.. Enumerable.Range(0, Moments).Select(i => to - duration + (step * i))];

        ChartLine[] lines = kind == InstrumentKind.Histogram && splitBy is null
            ? PercentileLines(series, moments, step)
            : [.. groups.Select(g => new ChartLine(NameOf(kind, g.Name), [.. moments.Select(m => Value(kind, g.Series, m, step))]))];
        lines = [.. lines.Where(l => l.Last is not null)];
        var shown = lines.OrderByDescending(l => l.Last).Take(MostLines).OrderBy(l => Array.IndexOf(lines, l)).ToArray();
        var ofUnit = kind == InstrumentKind.Counter ? $"{(unit.Length == 0 ? "1" : unit)} per second" : unit;
        return new ChartModel(ofUnit, moments[0], moments[^1], shown, lines.Length - shown.Length);
    }

    private static ChartLine[] PercentileLines(IReadOnlyList<SeriesModel> series, DateTimeOffset[] moments, TimeSpan step)
    {
        var buckets = moments.Select(m => Buckets(series, m, step)).ToArray();
        return [.. Percentiles.Select(p => new ChartLine(p.Name, [.. buckets.Select(b => SeriesMath.Percentile(b, BoundsOf(series), p.Share))]))];
    }

    private static string NameOf(InstrumentKind kind, string name) =>
        kind == InstrumentKind.Histogram ? $"P90 {name}" : name.Length > 0 ? name : kind == InstrumentKind.Counter ? "rate" : "value";

    private static double? Value(InstrumentKind kind, SeriesModel[] series, DateTimeOffset moment, TimeSpan step) => kind switch
    {
        InstrumentKind.Gauge => Sum(series.Select(s => SeriesMath.ValueAt(s.Points, moment))),
        InstrumentKind.Counter => Sum(series.Select(s => SeriesMath.Growth(s.Points, moment - step, moment))) / step.TotalSeconds,
        _ => SeriesMath.Percentile(Buckets(series, moment, step), BoundsOf(series), Percentiles[1].Share),
    };

    private static double? Sum(IEnumerable<double?> values) => values.Aggregate((double?)null, (sum, value) => value is null ? sum : (sum ?? 0) + value);

    // Series of other bounds cannot be added; they do not occur in one instrument of one service.
    private static double[] BoundsOf(IReadOnlyList<SeriesModel> series) => series.Count == 0 ? [] : series[0].Bounds;

    private static double[] Buckets(IReadOnlyList<SeriesModel> series, DateTimeOffset moment, TimeSpan step)
    {
        var bounds = BoundsOf(series);
        var buckets = new double[bounds.Length + 1];
        foreach (var one in series.Where(s => s.Bounds.AsSpan().SequenceEqual(bounds)))
        {
            var grown = SeriesMath.Buckets(one, moment - step, moment) ?? [];
            for (var i = 0; i < grown.Length; i++)
            {
                buckets[i] += grown[i];
            }
        }

        return buckets;
    }
}
