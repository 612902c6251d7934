namespace Godzilla.Tests;

/// <summary>Waits for what comes true in its own time, and fails when it does not.</summary>
internal static class Eventually
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="condition">Asked again and again.</param>
    /// <param name="what">What it is, for the failure.</param>
    /// <returns>A task that ends when it holds.</returns>
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
}
