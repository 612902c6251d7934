using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Godzilla.ServiceDefaults.Health;

/// <summary>
/// Runs another check at most once at a time and once in <see cref="Freshness"/>, and fails it when it takes longer than
/// <see cref="TimeLimit"/>, even if it blocks its thread or ignores its token. A failure is unhealthy until the check has succeeded
/// once; later it is only degraded, because a service that has started answers 503 itself and recovers by itself. Logs one line when
/// the answer changes, a warning only for what had worked before.
/// </summary>
internal sealed partial class BoundedHealthCheck(Func<IServiceProvider, IHealthCheck> factory, TimeProvider time, ILogger logger)
{
    /// <summary>A probe must have its answer within a second.</summary>
    internal static readonly TimeSpan TimeLimit = TimeSpan.FromMilliseconds(700);

    /// <summary>How old an answer may be; a flood of probes costs the dependency one call in this time.</summary>
    internal static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly TimeProvider _time = time;
    private Task<HealthCheckResult>? _run;
    private long _startedAt;
    private volatile bool _hasSucceeded;
    private int _last = (int)HealthStatus.Healthy;

    internal IHealthCheck For(IServiceProvider services) => new Bound(this, services);

    private Task<HealthCheckResult> RunAsync(IServiceProvider services, HealthCheckContext context)
    {
        lock (_gate)
        {
            // While a run hangs no other is started: its answer, when it comes, is as good.
            if (_run is null || (_run.IsCompleted && _time.GetElapsedTime(_startedAt) > Freshness))
            {
                _startedAt = _time.GetTimestamp();
                _run = Task.Run(() => factory(services).CheckHealthAsync(context, CancellationToken.None));
            }

            return _run;
        }
    }

    // The type only: a client library's message may hold an address or a user, and a probe's answer is public.
    private HealthCheckResult Failed(string reason) =>
        _hasSucceeded ? HealthCheckResult.Degraded(reason) : HealthCheckResult.Unhealthy(reason);

    private HealthCheckResult Judge(HealthCheckResult result)
    {
        if (result.Status != HealthStatus.Unhealthy)
        {
            _hasSucceeded = true;
            return result;
        }

        return Failed(result.Exception?.GetType().Name ?? result.Description ?? "no reason given");
    }

    private void Note(string name, HealthCheckResult result)
    {
        if (Interlocked.Exchange(ref _last, (int)result.Status) != (int)result.Status)
        {
            LogChanged(logger, result.Status == HealthStatus.Degraded ? LogLevel.Warning : LogLevel.Information, name, result.Status);
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
                result = owner.Judge(await owner.RunAsync(services, context).WaitAsync(TimeLimit, owner._time, cancellationToken));
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                result = owner.Failed(exception.GetType().Name);
            }

            owner.Note(context.Registration.Name, result);
            return result;
        }
    }
}
