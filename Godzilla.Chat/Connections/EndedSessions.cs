using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Hosting;
using Godzilla.ServiceDefaults.Sessions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Chat.Connections;

/// <summary>
/// Closes a session's sockets when it ends. Accounts publishes the ids of ended sessions. Expiry is not published, and ends can be missed,
/// so this also looks the open sessions up every second.
/// </summary>
internal sealed partial class EndedSessions(
    IConnectionMultiplexer redis,
    ConnectionRegistry connections,
    SessionEndings endings,
    IOptions<SessionEndingOptions> options,
    IOptions<DependencyFailures> failures,
    TimeProvider time,
    ILogger<EndedSessions> logger) : BackgroundService
{
    private const int LookUpSize = 1000;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        endings.OnEnded(connections.End);
        return time.RepeatAsync(options.Value.CheckEvery, EndMissingAsync, stoppingToken);
    }

    private async Task EndMissingAsync(CancellationToken stoppingToken)
    {
        try
        {
            foreach (var sessions in connections.Sessions.Chunk(LookUpSize))
            {
                RedisKey[] keys = [.. sessions.Select(session => (RedisKey)SessionKeys.Session(session))];
                var found = await redis.GetDatabase().StringGetAsync(keys).WithTimeout(stoppingToken);
                foreach (var (session, record) in sessions.Zip(found))
                {
                    if (record.IsNull)
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

    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "The sessions of the open connections could not be looked up: {Reason}")]
    private static partial void LogNotLookedUp(ILogger logger, string reason);
}
