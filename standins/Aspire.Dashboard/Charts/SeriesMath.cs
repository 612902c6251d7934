using Aspire.Dashboard.Telemetry;

namespace Aspire.Dashboard.Charts;

/// <summary>Works out what a series was at a moment, and how it changed.</summary>
internal static class SeriesMath
{
    // A service measures every second, or every minute outside Development. What is silent for longer has ended.
    private static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(70);

    /// <summary>The value at a moment: that of the last point before it.</summary>
    public static double? ValueAt(IReadOnlyList<MetricPoint> points, DateTimeOffset time) =>
        IndexBefore(points, time) is var index && index < 0 || time - points[index].Time > GoneAfter ? null : points[index].Value;

    /// <summary>How much a total grew between two moments.</summary>
    /// <returns>Null where nothing is known of the time.</returns>
    public static double? Growth(IReadOnlyList<MetricPoint> points, DateTimeOffset from, DateTimeOffset to) => Growth(points, from, to, p => p.Value);

    /// <summary>How many values came into each bucket of a histogram between two moments.</summary>
    /// <returns>Null where nothing is known of the time.</returns>
    public static double[]? Buckets(SeriesModel series, DateTimeOffset from, DateTimeOffset to)
    {
        var buckets = new double[series.Bounds.Length + 1];
        for (var i = 0; i < buckets.Length; i++)
        {
            var bucket = i;
            if (Growth(series.Points, from, to, p => p.Buckets is { } all && bucket < all.Length ? all[bucket] : 0) is not { } growth)
            {
                return null;
            }

            buckets[i] = growth;
        }

        return buckets;
    }

    /// <summary>The value below which a share of all values lies; within a bucket they are taken to be spread evenly.</summary>
    /// <returns>Null where there are no values.</returns>
    public static double? Percentile(double[] buckets, double[] bounds, double share)
    {
        const double Hardly = 1e-9;
        var total = buckets.Sum();
        if (total < Hardly || bounds.Length == 0)
        {
            return null;
        }

        var wanted = total * share;
        for (var i = 0; i < buckets.Length; i++)
        {
            if (wanted <= buckets[i] + Hardly && buckets[i] > 0)
            {
                var low = i == 0 ? Math.Min(0, bounds[0]) : bounds[i - 1];

                // The last bucket has no end.
                var high = i < bounds.Length ? bounds[i] : bounds[^1];
                return low + ((high - low) * Math.Clamp(wanted / buckets[i], 0, 1));
            }

            wanted -= buckets[i];
        }

        return bounds[^1];
    }

    private static double? Growth(IReadOnlyList<MetricPoint> points, DateTimeOffset from, DateTimeOffset to, Func<MetricPoint, double> valueOf)
    {
        if (points.Count == 0 || points[0].Time >= to || from - points[^1].Time > GoneAfter)
        {
            return null;
        }

        // A total that falls began anew: the service was started again.
        var growth = 0.0;
        var start = Math.Max(0, IndexBefore(points, from));
        for (var i = start; i + 1 < points.Count && points[i].Time < to; i++)
        {
            var (first, second) = (points[i], points[i + 1]);
            var step = valueOf(second) >= valueOf(first) ? valueOf(second) - valueOf(first) : valueOf(second);

            // Of what grew between two points, that is counted which lies between the two moments.
            var span = second.Time - first.Time;
            var inside = (second.Time < to ? second.Time : to) - (first.Time > from ? first.Time : from);
            growth += span <= TimeSpan.Zero ? step : step * Math.Clamp(inside / span, 0, 1);
        }

        return growth;
    }

    /// <returns>-1 for none.</returns>
    private static int IndexBefore(IReadOnlyList<MetricPoint> points, DateTimeOffset time)
    {
        var (low, high) = (0, points.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = points[middle].Time <= time ? (middle + 1, high) : (low, middle);
        }

        return low - 1;
    }
}
