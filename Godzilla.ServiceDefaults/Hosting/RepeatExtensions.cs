namespace Godzilla.ServiceDefaults.Hosting;

/// <summary>What services do at intervals.</summary>
public static class RepeatExtensions
{
    /// <summary>Does something again and again, a period after the start and after each time that it was due. It ends when the service does.</summary>
    /// <param name="time">Measures the period.</param>
    /// <param name="period">What is due while the last one still runs is done once, after it.</param>
    /// <param name="action">What it throws ends all; a <see cref="OperationCanceledException"/> at the service's end is no error.</param>
    /// <param name="stoppingToken">The service's end.</param>
    public static async Task RepeatAsync(this TimeProvider time, TimeSpan period, Func<CancellationToken, Task> action, CancellationToken stoppingToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await action(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Shutdown.
        }
    }

    /// <inheritdoc cref="RepeatAsync(TimeProvider, TimeSpan, Func{CancellationToken, Task}, CancellationToken)"/>
    public static Task RepeatAsync(this TimeProvider time, TimeSpan period, Action action, CancellationToken stoppingToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        return time.RepeatAsync(
            period,
            _ =>
            {
                action();
                return Task.CompletedTask;
            },
            stoppingToken);
    }
}
