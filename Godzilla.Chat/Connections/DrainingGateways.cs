using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Chat.Connections;

/// <summary>Closes the sockets that came through a gateway which is about to end: their clients connect again through another one.</summary>
internal sealed class DrainingGateways(
    IConnectionMultiplexer redis, ConnectionRegistry connections, IOptions<DependencyFailures> failures, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // After an outage the Redis client subscribes again by itself. A gateway that drains meanwhile cuts its sockets itself.
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var channel = new RedisChannel(SessionKeys.Draining, RedisChannel.PatternMode.Literal);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await redis.GetSubscriber().SubscribeAsync(channel, (_, gateway) => connections.LeaveGateway(gateway.ToString()));
                return;
            }
            catch (Exception exception) when (failures.Value.Match(exception))
            {
                await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
