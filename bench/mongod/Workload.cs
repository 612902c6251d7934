using System.Diagnostics;

namespace Mongod.Bench;

/// <summary>Something that callers do again and again, each on its own.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Callers">How many do it at once.</param>
/// <param name="RunAsync">Does it once.</param>
internal sealed record Workload(string Name, int Callers, Func<Task> RunAsync)
{
    /// <returns>How often it was done, in one second.</returns>
    internal async Task<double> MeasureAsync(TimeSpan duration)
    {
        var count = 0L;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                await RunAsync();
                Interlocked.Increment(ref count);
            }
        })));
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
