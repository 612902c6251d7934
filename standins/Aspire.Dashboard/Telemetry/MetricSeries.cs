namespace Aspire.Dashboard.Telemetry;

/// <summary>The points of one series. Sums that are sent as differences are added up.</summary>
internal sealed class MetricSeries(IReadOnlyList<KeyValuePair<string, string>> dimensions)
{
    // Services measure every second; a chart needs a point every five. The newest is replaced until the one before it is older than this.
    private static readonly TimeSpan KeepEvery = TimeSpan.FromSeconds(5.5);

    private readonly List<MetricPoint> _points = [];
    private int _forgotten;

    public IReadOnlyList<KeyValuePair<string, string>> Dimensions => dimensions;

    public double[] Bounds { get; private set; } = [];

    public int Count => _points.Count - _forgotten;

    public IReadOnlyList<MetricPoint> Points => _points.GetRange(_forgotten, Count);

    /// <param name="point">The measurement.</param>
    /// <param name="startedAt">When a total was zero, or null.</param>
    /// <param name="bounds">Of a histogram.</param>
    /// <param name="isDelta">Whether it is the difference to the one before.</param>
    /// <returns>How many points there are more than before; none if it takes the place of the newest.</returns>
    public int Add(MetricPoint point, DateTimeOffset? startedAt, double[]? bounds, bool isDelta)
    {
        if (bounds is not null && !bounds.AsSpan().SequenceEqual(Bounds))
        {
            Bounds = bounds;
            _points.Clear();
            _forgotten = 0;
        }

        if (Count > 0 && isDelta)
        {
            var last = _points[^1];
            point = point with { Value = last.Value + point.Value, Count = last.Count + point.Count, Buckets = Sum(last.Buckets, point.Buckets) };
        }

        var isFirst = Count == 0 && startedAt < point.Time;
        if (isFirst)
        {
            _points.Add(new MetricPoint(startedAt!.Value, 0, 0, point.Buckets is { } buckets ? new ulong[buckets.Length] : null));
        }

        var isNews = Count < 2 || point.Time - _points[^2].Time >= KeepEvery;

        // What stays the same needs only its two ends.
        if (isNews && Count >= 2 && point.IsSameAs(_points[^1]) && point.IsSameAs(_points[^2]))
        {
            isNews = false;
        }

        if (isNews)
        {
            _points.Add(point);
        }
        else
        {
            _points[^1] = point;
        }

        return (isNews ? 1 : 0) + (isFirst ? 1 : 0);
    }

    public bool RemoveOldest()
    {
        if (Count == 0)
        {
            return false;
        }

        _points[_forgotten++] = default;
        if (_forgotten > _points.Count / 2)
        {
            _points.RemoveRange(0, _forgotten);
            _forgotten = 0;
        }

        return true;
    }

    private static ulong[]? Sum(ulong[]? first, ulong[]? second) =>
        first is null || second is null || first.Length != second.Length ? second : [.. first.Zip(second, (a, b) => a + b)];
}
