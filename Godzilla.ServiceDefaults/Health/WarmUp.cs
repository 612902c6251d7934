using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Godzilla.ServiceDefaults.Health;

/// <summary>Work that a service does before it says that it is ready: first calls to its stores, indexes.</summary>
/// <param name="RunAsync">Idempotent; run again until it succeeds.</param>
internal sealed record WarmUpStep(Func<IServiceProvider, CancellationToken, Task> RunAsync);

/// <summary>Runs the warm-up steps in the background, so that a service also starts while a store is away.</summary>
internal sealed class WarmUp(IServiceProvider services, IEnumerable<WarmUpStep> steps, TimeProvider time) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);
    private volatile string? _obstacle = "starting";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_obstacle is { } obstacle ? HealthCheckResult.Unhealthy(obstacle) : HealthCheckResult.Healthy());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var step in steps)
        {
            while (!await TryAsync(step, stoppingToken))
            {
                await Task.Delay(RetryAfter, time, stoppingToken);
            }
        }

        _obstacle = null;
    }

    private async Task<bool> TryAsync(WarmUpStep step, CancellationToken stoppingToken)
    {
        try
        {
            await step.RunAsync(services, stoppingToken);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // Not logged: the store's own health check says that it is away.
            _obstacle = $"starting: {exception.GetType().Name}";
            return false;
        }
    }
}
