namespace Mongod.Tests;

/// <summary>Awaits what comes true by itself.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static async Task IsTrue(Func<Task<bool>> condition, string what)
    {
        using var end = new CancellationTokenSource(Limit);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (!await condition())
            {
                await look.WaitForNextTickAsync(end.Token);
            }
        }
        catch (OperationCanceledException exception) when (end.IsCancellationRequested)
        {
            throw new TimeoutException($"Not within {Limit.TotalSeconds} s: {what}.", exception);
        }
    }

    public static Task IsTrue(Func<bool> condition, string what) => IsTrue(() => Task.FromResult(condition()), what);
}
