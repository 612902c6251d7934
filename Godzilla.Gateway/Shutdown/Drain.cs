using Godzilla.Gateway.Sessions;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Gateway.Shutdown;

/// <summary>
/// Ends the gateway without losing a request: first it is not ready and asks clients to use other connections, then Chat closes the sockets
/// that came through it, and only then does it stop listening.
/// </summary>
internal sealed partial class Drain(
    IConnectionMultiplexer redis,
    GatewayInstance instance,
    OpenSockets sockets,
    IOptions<DrainOptions> options,
    IOptions<DependencyFailures> failures,
    TimeProvider time,
    ILogger<Drain> logger) : IHostedLifecycleService, IHealthCheck
{
    /// <summary>How long clients have to answer the close frames of their sockets.</summary>
    internal static readonly TimeSpan SocketLimit = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(20);

    private volatile bool _isDraining;

    public bool IsDraining => _isDraining;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_isDraining ? HealthCheckResult.Unhealthy("ending") : HealthCheckResult.Healthy());

    // Before the server stops listening: it is a hosted service too, and all of these come before the first of those is stopped.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        _isDraining = true;
        var started = time.GetTimestamp();
        try
        {
            await redis.GetSubscriber()
                .PublishAsync(new RedisChannel(SessionKeys.Draining, RedisChannel.PatternMode.Literal), instance.Id)
                .WithTimeout(cancellationToken);
            while (sockets.Count > 0 && time.GetElapsedTime(started) < SocketLimit)
            {
                await Task.Delay(PollEvery, time, cancellationToken);
            }

            if (time.GetElapsedTime(started) is var elapsed && elapsed < options.Value.Delay)
            {
                await Task.Delay(options.Value.Delay - elapsed, time, cancellationToken);
            }
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            LogNotAnnounced(logger, exception.GetType().Name);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Open sockets are broken off, because Redis is out of reach: {Reason}")]
    private static partial void LogNotAnnounced(ILogger logger, string reason);
}
