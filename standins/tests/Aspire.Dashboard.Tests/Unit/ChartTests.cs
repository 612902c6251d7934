using Aspire.Dashboard.Charts;
using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Tests.Unit;

public sealed class ChartTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void ACounterIsShownAsItsRate()
    {
        // Ten a second for a minute, then none.
        var points = Points((0, 0), (60, 600), (120, 600));

        var chart = Build(InstrumentKind.Counter, [Series(points)], seconds: 120);

        var line = Assert.Single(chart.Lines);
        Assert.Equal(10, line.Values[15]!.Value, 6);
        Assert.Equal(0, line.Values[45]!.Value, 6);
        Assert.Equal("{request} per second", chart.Unit);
    }

    [Fact]
    public void ACounterThatBeginsAnewDoesNotFall()
    {
        var points = Points((0, 1_000), (10, 1_100), (20, 50));

        Assert.Equal(150, SeriesMath.Growth(points, Noon, Noon.AddSeconds(20)));
    }

    [Fact]
    public void OfAGrowthThatIsPartlyInsideAPartIsCounted() => Assert.Equal(50, SeriesMath.Growth(Points((0, 0), (10, 100)), Noon.AddSeconds(5), Noon.AddSeconds(20)));

    [Fact]
    public void AGaugeHasALineForEachSeriesUnlessItIsSplit()
    {
        SeriesModel[] series = [Series(Points((0, 1)), ("gen", "0"), ("kind", "a")), Series(Points((0, 2)), ("gen", "1"), ("kind", "a")), Series(Points((0, 4)), ("gen", "2"), ("kind", "b"))];

        Assert.Equal([("0, a", 1), ("1, a", 2), ("2, b", 4)], Lines(Build(InstrumentKind.Gauge, series)));
        Assert.Equal([("a", 3), ("b", 4)], Lines(Build(InstrumentKind.Gauge, series, splitBy: "kind")));
        Assert.Equal([("(none)", 7)], Lines(Build(InstrumentKind.Gauge, series, splitBy: "other")));
    }

    [Fact]
    public void WhatHasEndedIsNotShownAsIfItWere()
    {
        Assert.Equal(5, SeriesMath.ValueAt(Points((0, 5)), Noon.AddSeconds(60)));
        Assert.Null(SeriesMath.ValueAt(Points((0, 5)), Noon.AddSeconds(120)));
        Assert.Null(SeriesMath.ValueAt(Points((0, 5)), Noon.AddSeconds(-1)));
    }

    [Fact]
    public void ThoseWithTheLargestValuesAreDrawn()
    {
        var chart = Build(InstrumentKind.Gauge, [.. Enumerable.Range(0, 12).Select(i => Series(Points((0, i)), ("n", $"{i:00}")))]);

        Assert.Equal(4, chart.LeftOut);
        Assert.Equal(["04", "05", "06", "07", "08", "09", "10", "11"], chart.Lines.Select(l => l.Name));
    }

    [Theory]
    [InlineData(0.5, 15)] // The 50th of 100 is in the middle of the second bucket.
    [InlineData(0.25, 10)]
    [InlineData(0.9, 30)]
    [InlineData(1, 30)] // The last bucket has no end, so its beginning is all that is known.
    public void PercentilesAreWithinTheirBucket(double share, double value) =>
        Assert.Equal(value, SeriesMath.Percentile([25, 50, 15, 10], [10, 20, 30], share)!.Value, 6);

    [Fact]
    public void WithoutValuesThereIsNoPercentile()
    {
        Assert.Null(SeriesMath.Percentile([0, 0], [10], 0.5));
        Assert.Null(SeriesMath.Percentile([5], [], 0.5));
    }

    [Fact]
    public void AHistogramIsShownAsPercentilesOfWhatCameInThatTime()
    {
        // 100 values in the first bucket in the first minute, 100 in the second one in the next.
        MetricPoint[] points =
        [
            new(Noon, 0, 0, [0, 0, 0]), new(Noon.AddSeconds(60), 0, 100, [100, 0, 0]), new(Noon.AddSeconds(120), 0, 200, [100, 100, 0]),
        ];

        var chart = Build(InstrumentKind.Histogram, [new SeriesModel([], [10, 20], points)], seconds: 120);

        Assert.Equal(["P50", "P90", "P99"], chart.Lines.Select(l => l.Name));
        Assert.Equal(5, chart.Lines[0].Values[20]!.Value, 3);
        Assert.Equal(15, chart.Lines[0].Values[50]!.Value, 3);
        Assert.Equal(19.9, chart.Lines[2].Values[50]!.Value, 3);
    }

    private static IEnumerable<(string Name, double Value)> Lines(ChartModel chart) => chart.Lines.Select(l => (l.Name, l.Last!.Value));

    private static ChartModel Build(InstrumentKind kind, SeriesModel[] series, string? splitBy = null, int seconds = 10) =>
        ChartBuilder.Build(kind, kind == InstrumentKind.Counter ? "{request}" : "", series, splitBy, Noon.AddSeconds(seconds), TimeSpan.FromSeconds(seconds));

    private static MetricPoint[] Points(params (int Second, double Value)[] points) => [.. points.Select(p => new MetricPoint(Noon.AddSeconds(p.Second), p.Value))];

    private static SeriesModel Series(MetricPoint[] points, params (string Key, string Value)[] dimensions) =>
        new([.. dimensions.Select(d => KeyValuePair.Create(d.Key, d.Value))], [], points);
}
