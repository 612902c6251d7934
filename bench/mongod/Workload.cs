using System.Diagnostics;

namespace Mongod.Bench;

/// <summary>Something that callers do again and again, each on its own.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Callers">How many do it at once.</param>
/// <param name="RunAsync">Does it once.</param>
internal sealed record Workload(string Name, int Callers, Func<Task> RunAsync)
{
    internal async Task<Measurement> MeasureAsync(TimeSpan duration, Func<TimeSpan> processorTime)
    {
        var count = 0L;
        var before = processorTime();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                await RunAsync();
                Interlocked.Increment(ref count);
            }
        })));
        return new Measurement(count / Stopwatch.GetElapsedTime(started).TotalSeconds, (processorTime() - before).TotalMicroseconds / count);
    }
}

/// <param name="PerSecond">How often it was done, in one second.</param>
/// <param name="ProcessorMicroseconds">What it took of the server's processors, each time.</param>
internal sealed record Measurement(double PerSecond, double ProcessorMicroseconds);
