using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Chat.Connections;

/// <summary>
/// Closes a session's sockets when it ends. Accounts publishes the ids of ended sessions. Expiry is not published, and pub/sub can miss
/// messages, so this also polls.
/// </summary>
internal sealed partial class SessionEndings(
    IConnectionMultiplexer redis,
    ConnectionRegistry connections,
    IOptions<SessionEndingOptions> options,
    IOptions<DependencyFailures> failures,
    TimeProvider time,
    ILogger<SessionEndings> logger) : BackgroundService
{
    private const int LookUpSize = 1000;
    private static readonly RedisChannel Ended = new(SessionToken.EndedChannel, RedisChannel.PatternMode.Literal);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await SubscribeAsync(stoppingToken);
            using var timer = new PeriodicTimer(options.Value.CheckEvery, time);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await EndMissingAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Shutdown.
        }
    }

    // After an outage the Redis client subscribes again by itself; only the first attempt needs a retry.
    private async Task SubscribeAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await redis.GetSubscriber().SubscribeAsync(Ended, (_, session) => connections.End(session.ToString()));
                return;
            }
            catch (Exception exception) when (failures.Value.Match(exception))
            {
                LogNotSubscribed(logger, exception.Message);
                await Task.Delay(RetryAfter, time, stoppingToken);
            }
        }
    }

    private async Task EndMissingAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var sessions in connections.Sessions.Chunk(LookUpSize))
            {
                RedisKey[] keys = [.. sessions.Select(session => (RedisKey)SessionToken.LiveKeyOf(session))];
                var found = await redis.GetDatabase().StringGetAsync(keys).WithTimeout(stoppingToken);
                foreach (var (session, user) in sessions.Zip(found))
                {
                    if (user.IsNull)
                    {
                        connections.End(session);
                    }
                }
            }
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            LogNotLookedUp(logger, exception.Message);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Not subscribed to ended sessions yet: {Reason}")]
    private static partial void LogNotSubscribed(ILogger logger, string reason);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "The sessions of the open connections could not be looked up: {Reason}")]
    private static partial void LogNotLookedUp(ILogger logger, string reason);
}
