using System.Globalization;

namespace Page.Bench;

/// <summary>Sums up samples.</summary>
internal static class Statistics
{
    public static double Median(IReadOnlyCollection<double> samples) => Percentile(samples, 0.5);

    public static void Print(string name, IReadOnlyCollection<double> samples, string unit) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: p50 {Median(samples):0.0} {unit}, p95 {Percentile(samples, 0.95):0.0}, p99 {Percentile(samples, 0.99):0.0}, most {samples.Max():0.0}; {samples.Count} samples"));

    private static double Percentile(IReadOnlyCollection<double> samples, double part)
    {
        var sorted = samples.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)(part * sorted.Length))];
    }
}
