namespace Godzilla.Tests;

/// <summary>Waits for a condition to become true, and fails if it does not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <param name="what">The condition in words, for the failure.</param>
    /// <exception cref="TimeoutException">The condition did not hold within 20 s.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(TimeLimit);
        using var timer = new PeriodicTimer(Pause);
        try
        {
            while (!await condition())
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"Not within {TimeLimit.TotalSeconds} s: {what}", exception);
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);
}
