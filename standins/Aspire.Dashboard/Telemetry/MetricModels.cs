namespace Aspire.Dashboard.Telemetry;

internal enum InstrumentKind
{
    /// <summary>A value that goes up and down.</summary>
    Gauge,

    /// <summary>A total that only grows: its rate is what tells.</summary>
    Counter,

    /// <summary>A distribution.</summary>
    Histogram,
}

/// <summary>An instrument of one service.</summary>
internal sealed record InstrumentModel(TelemetryResource Resource, string Meter, string Name, string Unit, string Description, InstrumentKind Kind);

/// <summary>A measurement of a series.</summary>
/// <param name="Time">When it was made.</param>
/// <param name="Value">The value; of a counter or a histogram the total since its start.</param>
/// <param name="Count">Of a histogram: how many values.</param>
/// <param name="Buckets">Of a histogram: how many values lie between its bounds.</param>
internal readonly record struct MetricPoint(DateTimeOffset Time, double Value, ulong Count = 0, ulong[]? Buckets = null)
{
    public bool IsSameAs(in MetricPoint other) => Value.Equals(other.Value) && Count == other.Count;
}

/// <summary>The measurements of an instrument that have the same dimensions.</summary>
/// <param name="Bounds">Of a histogram: the bounds between its buckets.</param>
internal sealed record SeriesModel(IReadOnlyList<KeyValuePair<string, string>> Dimensions, double[] Bounds, IReadOnlyList<MetricPoint> Points);
