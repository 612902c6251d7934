using Aspire.Dashboard.Configuration;
using Aspire.Dashboard.Telemetry;
using Aspire.Dashboard.Tests.Otlp;
using OpenTelemetry.Proto.Metrics.V1;

namespace Aspire.Dashboard.Tests.Unit;

public sealed class MetricStoreTests
{
    private const string Web = "web-one";

    private readonly DashboardOptions _options = new() { TelemetryLimits = { MaxMetricsCount = 100 } };
    private readonly MetricStore _metrics;

    public MetricStoreTests() => _metrics = new MetricStore(_options, new ResourceRegistry(_options));

    [Fact]
    public void InstrumentsAreKnownByTheirService()
    {
        _metrics.Add(Exports.Metrics("web", Exports.Counter("requests", 1, 0), Exports.Gauge("memory", 2, 0), Exports.Histogram("duration", [1], [2, 3], 0)));

        Assert.Equal(
            [("duration", InstrumentKind.Histogram), ("memory", InstrumentKind.Gauge), ("requests", InstrumentKind.Counter)],
            _metrics.Instruments(Web).Select(i => (i.Name, i.Kind)));
        Assert.Empty(_metrics.Instruments("chat-one"));
    }

    [Fact]
    public void AServiceHasABoundedNumberOfPoints()
    {
        for (var second = 0; second < 10_000; second += 10)
        {
            _metrics.Add(Exports.Metrics("web", Exports.Counter("a", second, second), Exports.Counter("b", second, second)));
            _metrics.Add(Exports.Metrics("chat", Exports.Counter("a", second, second)));
        }

        Assert.Equal(100, _metrics.PointsOf(Web));
        var points = Points("a");
        Assert.Equal(50, points.Count);
        Assert.Equal((9_500, 9_990), (points[0].Value, points[^1].Value));
        Assert.Equal(100, _metrics.PointsOf("chat-one"));
    }

    [Fact]
    public void BetweenTwoPointsAreFiveSeconds()
    {
        for (var second = 0; second <= 20; second++)
        {
            _metrics.Add(Exports.Metrics("web", Exports.Gauge("memory", second, second)));
        }

        Assert.Equal([0, 5, 10, 15, 20], Points("memory").Select(p => (p.Time - Exports.Noon).TotalSeconds));
    }

    [Fact]
    public void WhatStaysTheSameIsTwoPoints()
    {
        for (var second = 0; second <= 1_000; second += 10)
        {
            _metrics.Add(Exports.Metrics("web", Exports.Gauge("memory", 7, second)));
        }

        Assert.Equal([0, 1_000], Points("memory").Select(p => (p.Time - Exports.Noon).TotalSeconds));
    }

    [Fact]
    public void DifferencesAreAddedUp()
    {
        for (var second = 0; second <= 20; second += 10)
        {
            _metrics.Add(Exports.Metrics("web", Exports.Counter("requests", 5, second, AggregationTemporality.Delta), Exports.Histogram("duration", [1], [1, 2], second, AggregationTemporality.Delta)));
        }

        Assert.Equal([5, 10, 15], Points("requests").Select(p => p.Value));
        Assert.Equal([3UL, 6UL], Points("duration")[^1].Buckets!);
    }

    [Fact]
    public void SeriesAreToldApartByTheirDimensionsInAnyOrder()
    {
        var (get, post) = (Exports.Attribute("method", "GET"), Exports.Attribute("method", "POST"));
        var route = Exports.Attribute("route", "/");
        _metrics.Add(Exports.Metrics("web", Exports.Counter("requests", 1, 0, dimensions: [get, route]), Exports.Counter("requests", 2, 0, dimensions: [post, route])));
        _metrics.Add(Exports.Metrics("web", Exports.Counter("requests", 3, 10, dimensions: [route, get])));

        Assert.Equal([3, 2], _metrics.Series(Web, "Meter", "requests").Select(s => s.Points[^1].Value));
    }

    [Fact]
    public void TooManySeriesAreNotKept()
    {
        for (var i = 0; i < MetricStore.MostSeries + 10; i++)
        {
            _metrics.Add(Exports.Metrics("web", Exports.Counter("requests", 1, 0, dimensions: Exports.Attribute("user", $"{i}"))));
        }

        Assert.True(_metrics.Series(Web, "Meter", "requests").Count <= MetricStore.MostSeries);
        Assert.Equal(100, _metrics.PointsOf(Web));
    }

    private IReadOnlyList<MetricPoint> Points(string name) => Assert.Single(_metrics.Series(Web, "Meter", name)).Points;
}
