using System.Diagnostics;

namespace Accounts.Bench;

/// <summary>Times in milliseconds.</summary>
internal static class Measure
{
    internal static async Task<double> TimeAsync(Func<Task> call)
    {
        var started = Stopwatch.GetTimestamp();
        await call();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    /// <summary>Calls again and again until the end.</summary>
    /// <returns>The times, and how many calls failed.</returns>
    internal static async Task<(List<double> Times, int Failed)> RepeatAsync(HttpClient client, string path, CancellationToken end)
    {
        var (times, failed) = (new List<double>(), 0);
        while (!end.IsCancellationRequested)
        {
            times.Add(await TimeAsync(async () =>
            {
                using var response = await client.GetAsync(path, CancellationToken.None);
                failed += response.IsSuccessStatusCode ? 0 : 1;
            }));
        }

        return (times, failed);
    }

    internal static double Percentile(IReadOnlyCollection<double> values, double share)
    {
        var ordered = values.Order().ToArray();
        return ordered.Length == 0 ? double.NaN : ordered[Math.Min(ordered.Length - 1, (int)(ordered.Length * share))];
    }

    internal static double Median(IReadOnlyCollection<double> values) => Percentile(values, 0.5);
}
