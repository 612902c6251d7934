namespace Aspire.Dashboard.Charts;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Values">A value for each moment of the chart, null where there is none.</param>
public sealed record ChartLine(string Name, IReadOnlyList<double?> Values)
{
    public double? Last => Values.LastOrDefault(v => v is not null);
}

/// <summary>What a chart shows.</summary>
/// <param name="Unit">Of the values.</param>
/// <param name="From">The first moment.</param>
/// <param name="To">The last moment; those between are as far apart from each other.</param>
/// <param name="LeftOut">How many lines more there would be.</param>
public sealed record ChartModel(string Unit, DateTimeOffset From, DateTimeOffset To, IReadOnlyList<ChartLine> Lines, int LeftOut);
