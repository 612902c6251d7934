using Godzilla.Chat.Hubs;
using Godzilla.ServiceDefaults.Identity;
using StackExchange.Redis;

namespace Godzilla.Chat.Sessions;

/// <summary>Closes a session's sockets the moment that it ends: Accounts publishes the id of the session, every replica listens.</summary>
internal sealed partial class SessionEndings(IConnectionMultiplexer redis, Connections connections, ILogger<SessionEndings> logger)
    : BackgroundService
{
    private static readonly RedisChannel Ended = new(SessionToken.EndedChannel, RedisChannel.PatternMode.Literal);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The client subscribes again by itself after an outage; only the first time needs an answer.
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await redis.GetSubscriber().SubscribeAsync(Ended, (_, session) => connections.End(session.ToString()));
                return;
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                LogNotSubscribed(logger, exception.Message);
                await Task.Delay(RetryAfter, stoppingToken);
            }
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Not told of ended sessions yet: {Reason}")]
    private static partial void LogNotSubscribed(ILogger logger, string reason);
}
