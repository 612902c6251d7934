using Godzilla.Gateway.Shutdown;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Gateway.RateLimits;

/// <summary>
/// How many replicas of the gateway there are, and whether they can count together: each says once a second in Redis that it lives. While
/// Redis is away the last number holds, and each replica enforces its share of every limit.
/// </summary>
internal sealed partial class Replicas : BackgroundService, IHealthCheck
{
    internal const string Key = "gateways";

    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);

    // A replica that was silent for so long is gone.
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(5);

    private const string Beat =
        """
        local clock = redis.call('TIME')
        local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
        redis.call('ZADD', KEYS[1], now, ARGV[1])
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return redis.call('ZCARD', KEYS[1])
        """;

    private readonly IConnectionMultiplexer _redis;
    private readonly GatewayInstance _instance;
    private readonly DependencyFailures _failures;
    private readonly TimeProvider _time;
    private readonly ILogger<Replicas> _logger;
    private volatile int _count = 1;
    private volatile bool _isDegraded;

    public Replicas(
        IConnectionMultiplexer redis,
        GatewayInstance instance,
        IOptions<DependencyFailures> failures,
        RateLimitMetrics metrics,
        TimeProvider time,
        ILogger<Replicas> logger)
    {
        (_redis, _instance, _failures, _time, _logger) = (redis, instance, failures.Value, time, logger);
        metrics.ObserveDegraded(() => _isDegraded);
    }

    /// <summary>How many live, this one included.</summary>
    public int Count => _count;

    /// <summary>Whether Redis is away, so that each replica enforces its share.</summary>
    public bool IsDegraded => _isDegraded;

    /// <summary>Notes that Redis did not answer. The next heartbeat that arrives ends this.</summary>
    public void Lose()
    {
        if (!_isDegraded)
        {
            _isDegraded = true;
            LogDegraded(_logger, _count);
        }
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_isDegraded
            ? HealthCheckResult.Degraded($"Redis is away, this gateway enforces its share of the limits (1 of {_count})")
            : HealthCheckResult.Healthy());

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await _redis.GetDatabase().SortedSetRemoveAsync(Key, _instance.Id).WithTimeout(cancellationToken);
        }
        catch (Exception exception) when (_failures.Match(exception) || exception is OperationCanceledException)
        {
            // The others notice by its silence.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BeatEvery, _time);
        try
        {
            do
            {
                await BeatAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Shutdown.
        }
    }

    private async Task BeatAsync(CancellationToken stoppingToken)
    {
        try
        {
            RedisValue[] arguments = [_instance.Id, (long)SilenceLimit.TotalMilliseconds];
            _count = Math.Max(1, (int)await _redis.GetDatabase().ScriptEvaluateAsync(Beat, [Key], arguments).WithTimeout(stoppingToken));
            if (_isDegraded)
            {
                _isDegraded = false;
                LogShared(_logger, _count);
            }
        }
        catch (Exception exception) when (_failures.Match(exception))
        {
            Lose();
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Redis is away: this gateway enforces its share of the rate limits, 1 of {Replicas}")]
    private static partial void LogDegraded(ILogger logger, int replicas);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Rate limits are counted in Redis again, together with {Replicas} replicas")]
    private static partial void LogShared(ILogger logger, int replicas);
}
