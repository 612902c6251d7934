using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Godzilla.ServiceDefaults.Health;

/// <summary>
/// Runs another check at most once at a time and once in <see cref="Freshness"/>, and answers unhealthy when it takes longer than
/// <see cref="TimeLimit"/>, even if it blocks its thread or ignores its token. It logs one line when the answer changes.
/// </summary>
internal sealed partial class BoundedHealthCheck(Func<IServiceProvider, IHealthCheck> factory, TimeProvider time, ILogger logger)
{
    /// <summary>What is left of the second in which a probe must have its answer.</summary>
    internal static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(700);

    /// <summary>How old an answer may be; a flood of probes costs the dependency one call in this time.</summary>
    internal static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time = time;
    private Task<HealthCheckResult>? _run;
    private long _startedAt;
    private int _last = (int)HealthStatus.Healthy;

    internal IHealthCheck For(IServiceProvider services) => new Bound(this, services);

    private Task<HealthCheckResult> RunAsync(IServiceProvider services, HealthCheckContext context)
    {
        lock (_gate)
        {
            // A run that still hangs is not joined by another: its answer, when it comes, is as good.
            if (_run is null || (_run.IsCompleted && _time.GetElapsedTime(_startedAt) > Freshness))
            {
                _startedAt = _time.GetTimestamp();
                _run = Task.Run(() => factory(services).CheckHealthAsync(context, CancellationToken.None));
            }

            return _run;
        }
    }

    private void Note(string name, HealthCheckResult result)
    {
        if (Interlocked.Exchange(ref _last, (int)result.Status) != (int)result.Status)
        {
            LogChanged(logger, result.Status == HealthStatus.Healthy ? LogLevel.Information : LogLevel.Warning, name, result.Status);
        }
    }

    [LoggerMessage(EventId = 1, Message = "{Check} is {Status}")]
    private static partial void LogChanged(ILogger logger, LogLevel level, string check, HealthStatus status);

    private sealed class Bound(BoundedHealthCheck owner, IServiceProvider services) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            HealthCheckResult result;
            try
            {
                result = await owner.RunAsync(services, context).WaitAsync(TimeLimit, owner._time, cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                result = HealthCheckResult.Unhealthy(exception.GetType().Name);
            }

            owner.Note(context.Registration.Name, result);
            return result;
        }
    }
}
