using System.Globalization;
using Godzilla.Presence.Leases;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Presence.Watching;

/// <summary>
/// Keeps the image current: subscribes to the changes, ends what is over in the store, and sends heartbeats through the channel to itself.
/// </summary>
internal sealed partial class ImageFollower : BackgroundService
{
    /// <summary>How late the end of a lease or of typing can be, and how soon a subscription that is dead is noticed.</summary>
    public static readonly TimeSpan BeatEvery = TimeSpan.FromMilliseconds(250);

    private readonly string _replica = Guid.NewGuid().ToString("N");
    private readonly IConnectionMultiplexer _redis;
    private readonly PresenceStore _store;
    private readonly PresenceImage _image;
    private readonly DependencyFailures _failures;
    private readonly TimeProvider _time;
    private readonly ILogger<ImageFollower> _logger;
    private readonly long[] _sentAt = new long[16]; // By number.
    private bool _isAway;

    public ImageFollower(
        IConnectionMultiplexer redis,
        PresenceStore store,
        PresenceImage image,
        IOptions<DependencyFailures> failures,
        IHostApplicationLifetime lifetime,
        TimeProvider time,
        ILogger<ImageFollower> logger)
    {
        (_redis, _store, _image, _failures, _time, _logger) = (redis, store, image, failures.Value, time, logger);
        _redis.ConnectionFailed += (_, _) => _image.Lose();

        // Before the server waits for open calls: these would not end.
        lifetime.ApplicationStopping.Register(_image.EndWatches);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await SubscribeAsync(stoppingToken);
            using var timer = new PeriodicTimer(BeatEvery, _time);
            for (var number = 1L; ; number++)
            {
                await BeatAsync(number, stoppingToken);
                await timer.WaitForNextTickAsync(stoppingToken);
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
                // A queue keeps the order of messages; a handler alone would not.
                var queue = await _redis.GetSubscriber().SubscribeAsync(PresenceStore.Changes);
                queue.OnMessage(message => Receive(message.Message.ToString()));
                return;
            }
            catch (Exception exception) when (_failures.Match(exception))
            {
                await Task.Delay(BeatEvery, _time, stoppingToken);
            }
        }
    }

    private async Task BeatAsync(long number, CancellationToken stoppingToken)
    {
        try
        {
            Volatile.Write(ref _sentAt[number % _sentAt.Length], _time.GetTimestamp());
            await _store.SweepAsync(_replica, number, stoppingToken);
            if (!_image.IsCurrent)
            {
                await _image.LoadAsync();
            }

            _isAway = false;
        }
        catch (Exception exception) when (_failures.Match(exception))
        {
            if (!_isAway)
            {
                LogAway(_logger, exception.GetType().Name);
            }

            _isAway = true;
        }
    }

    private void Receive(string message)
    {
        // h replica number version
        if (message.Split(' ') is ["h", var replica, var number, var version])
        {
            long? sentAt = replica == _replica
                ? Volatile.Read(ref _sentAt[long.Parse(number, CultureInfo.InvariantCulture) % _sentAt.Length])
                : null;
            _image.Hear(long.Parse(version, CultureInfo.InvariantCulture), sentAt);
        }
        else
        {
            _image.Receive(message);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Redis is out of reach, and nothing is known for sure: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}
