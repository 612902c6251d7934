using Godzilla.Chat.Hubs;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Redis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Chat.Sessions;

/// <summary>
/// Closes a session's sockets when it ends. Accounts publishes the id of a session that is ended, and every replica listens; one that runs
/// out ends without a word, and a word that is spoken while Redis is away is lost, so they are looked up besides.
/// </summary>
internal sealed partial class SessionEndings(
    IConnectionMultiplexer redis,
    Connections connections,
    IOptions<SessionOptions> options,
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
            // The end.
        }
    }

    // The client subscribes again by itself after an outage; only the first time needs an answer.
    private async Task SubscribeAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await redis.GetSubscriber().SubscribeAsync(Ended, (_, session) => connections.End(session.ToString()));
                return;
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
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
                var found = await redis.GetDatabase().StringGetAsync(keys).Within(stoppingToken);
                foreach (var (session, user) in sessions.Zip(found))
                {
                    if (user.IsNull)
                    {
                        connections.End(session);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            LogNotLookedUp(logger, exception.Message);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Not told of ended sessions yet: {Reason}")]
    private static partial void LogNotSubscribed(ILogger logger, string reason);

    [LoggerMessage(EventId = 2, Level = LogLevel.Debug, Message = "The sessions of the open connections are looked up later: {Reason}")]
    private static partial void LogNotLookedUp(ILogger logger, string reason);
}
