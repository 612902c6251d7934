using Godzilla.Chat.Blocks;
using Godzilla.Chat.Discussions;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Chat.Accounts;

/// <summary>
/// Takes those whose account is deleted out of all discussions. Accounts publishes that there is one, and knows which: what was published
/// while nobody listened is found within a minute. Several replicas may do it at once.
/// </summary>
internal sealed partial class DeletedUsers(
    AccountsClient accounts,
    DeletedUserStore progress,
    DiscussionStore discussions,
    Departures departures,
    ReadCursorStore reads,
    BlockStore blocks,
    IConnectionMultiplexer redis,
    IOptions<DependencyFailures> failures,
    ILogger<DeletedUsers> logger) : BackgroundService
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    // Who was invited while they were deleted is found by looking back, and so is an account whose time is older than its deletion.
    private static readonly TimeSpan LookBack = TimeSpan.FromMinutes(10);

    private readonly SemaphoreSlim _news = new(0, 1);
    private bool _isSubscribed;
    private bool _isWarm;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _news.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var isDone = await TrySweepAsync(stoppingToken);
                await _news.WaitAsync(isDone ? SweepEvery : RetryAfter, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Shutdown.
        }
    }

    private async Task<bool> TrySweepAsync(CancellationToken stoppingToken)
    {
        try
        {
            // After an outage the Redis client subscribes again by itself.
            if (!_isSubscribed)
            {
                await redis.GetSubscriber().SubscribeAsync(RedisChannel.Literal(UserEvents.Deleted), (_, _) => Wake()).WithTimeout(stoppingToken);
                _isSubscribed = true;
            }

            // The first call of a kind compiles for longer than a request may take.
            if (!_isWarm)
            {
                await accounts.ResolveAsync([], stoppingToken);
                _isWarm = true;
            }

            await SweepAsync(stoppingToken);
            return true;
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            return false;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            // Whatever it is: without this the service would end.
            LogFailed(logger, exception);
            return false;
        }
    }

    private void Wake()
    {
        try
        {
            _news.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake.
        }
    }

    private async Task SweepAsync(CancellationToken stoppingToken)
    {
        var since = await progress.GetAsync(stoppingToken);
        since = since > DateTime.UnixEpoch ? since - LookBack : since;
        DateTime before;
        do
        {
            before = since;
            foreach (var account in await accounts.ListDeletedAsync(since, stoppingToken))
            {
                await ForgetAsync(account.Username, stoppingToken);
                since = account.DeletedAt;
            }
        }
        while (since > before);

        if (since > DateTime.UnixEpoch)
        {
            await progress.SetAsync(since, stoppingToken);
        }
    }

    private async Task ForgetAsync(string username, CancellationToken stoppingToken)
    {
        foreach (var discussion in await discussions.ListAsync(username, stoppingToken))
        {
            await departures.LeaveAsync(new DiscussionId(discussion.Id), username);
        }

        await reads.DeleteAsync(username);
        await blocks.DeleteAllAsync(username);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Error, Message = "Deleted accounts are still in discussions")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
