using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Orchestration;

/// <summary>Runs a resource's health checks, often until they are healthy and every two seconds after that.</summary>
internal sealed class HealthMonitor(
    HealthCheckService healthChecks,
    ResourceNotificationService notifications,
    IDistributedApplicationEventing eventing,
    IServiceProvider services)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan DelayOnceHealthy = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    /// <summary>Watches one replica until <paramref name="cancellationToken"/> ends it.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="id">The replica's id.</param>
    /// <param name="ports">The replica's own ports, where a proxy is in front of it.</param>
    /// <param name="announces">Whether this replica's health is the moment at which the resource is ready.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async Task RunAsync(IResource resource, string id, Func<EndpointAnnotation, int?>? ports, bool announces, CancellationToken cancellationToken)
    {
        HealthTarget.Ports = ports;
        string[] keys = [.. resource.Annotations.OfType<HealthCheckAnnotation>().Select(h => h.Key)];
        var (delay, isReady) = (FirstDelay, false);
        while (true)
        {
            var reports = await AskAsync(keys, cancellationToken);
            var isHealthy = reports.All(r => r.Status == HealthStatus.Healthy);
            await notifications.PublishUpdateAsync(resource, id, s => s with { HealthReports = reports });

            if (isHealthy && !isReady)
            {
                if (announces)
                {
                    await eventing.PublishAsync(new ResourceReadyEvent(resource, services), cancellationToken);
                }

                isReady = true;
                await notifications.PublishUpdateAsync(resource, id, s => s with { IsReady = true });
            }

            if (keys.Length == 0)
            {
                return;
            }

            await Task.Delay(isHealthy ? DelayOnceHealthy : delay, cancellationToken);
            delay = isHealthy ? FirstDelay : TimeSpan.FromTicks(Math.Min(delay.Ticks * 5 / 4, LongestDelay.Ticks));
        }
    }

    private async Task<ImmutableArray<HealthReportSnapshot>> AskAsync(string[] keys, CancellationToken cancellationToken)
    {
        if (keys.Length == 0)
        {
            return [];
        }

        using var timeLimit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeLimit.CancelAfter(AnswerWithin);
        try
        {
            var report = await healthChecks.CheckHealthAsync(r => keys.Contains(r.Name), timeLimit.Token);
            return
            [
                .. keys.Select(key => report.Entries.TryGetValue(key, out var entry)
                    ? new HealthReportSnapshot(key, entry.Status, entry.Description ?? entry.Exception?.Message, entry.Exception?.ToString())
                    : new HealthReportSnapshot(key, HealthStatus.Unhealthy, $"No health check is registered as '{key}'.", null)),
            ];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [.. keys.Select(key => new HealthReportSnapshot(key, HealthStatus.Unhealthy, "The health check timed out.", null))];
        }
    }
}
