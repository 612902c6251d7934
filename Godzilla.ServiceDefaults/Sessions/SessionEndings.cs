using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Globalization;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.ServiceDefaults.Sessions;

/// <summary>
/// Follows the sessions that end. Pub/sub can lose messages, and a subscription can die without a sign, so each follower sends numbered
/// heartbeats through the channel to itself: a missing number, or none for <see cref="SilenceLimit"/>, means that ends may have been missed.
/// </summary>
public sealed partial class SessionEndings : BackgroundService
{
    /// <summary>How long the channel may be silent before it counts as lost.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(1);
    private static readonly RedisChannel Channel = new(SessionKeys.Ended, RedisChannel.PatternMode.Literal);

    // The way of a heartbeat is the way of an end.
    private static readonly Histogram<double> Lag = new Meter("Godzilla.Sessions").CreateHistogram<double>(
        "godzilla.sessions.endings.lag", "s", "How long the end of a session takes from Redis to here, by heartbeats.");

    private readonly string _heartbeat = $"heartbeat:{Guid.NewGuid():N}:";
    private readonly IConnectionMultiplexer _redis;
    private readonly DependencyFailures _failures;
    private readonly TimeProvider _time;
    private readonly ILogger<SessionEndings> _logger;
    private ImmutableArray<Action<string>> _handlers = [];
    private long _sent;
    private long _sentAt;
    private long _received;
    private long _heardAt;
    private int _generation;
    private volatile bool _isCurrent;

    /// <summary>Creates the follower; it starts with the host.</summary>
    /// <param name="redis">The connection.</param>
    /// <param name="failures">What counts as an outage.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public SessionEndings(IConnectionMultiplexer redis, IOptions<DependencyFailures> failures, TimeProvider time, ILogger<SessionEndings> logger)
    {
        ArgumentNullException.ThrowIfNull(redis);
        ArgumentNullException.ThrowIfNull(failures);

        (_redis, _failures, _time, _logger) = (redis, failures.Value, time, logger);
        _redis.ConnectionFailed += (_, _) => Lose();
    }

    /// <summary>
    /// Counts the times that ends may have been missed. What was looked up under another value is not to be trusted, and nothing that was
    /// looked up while <see cref="IsCurrent"/> is <see langword="false"/>.
    /// </summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>Whether every end arrives here now.</summary>
    public bool IsCurrent => _isCurrent && _time.GetElapsedTime(Volatile.Read(ref _heardAt)) < SilenceLimit;

    /// <summary>Calls <paramref name="handler"/> with the id of each session that ends from now on. It must be quick.</summary>
    /// <param name="handler">Called by one thread at a time.</param>
    public void OnEnded(Action<string> handler) => ImmutableInterlocked.Update(ref _handlers, handlers => handlers.Add(handler));

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await SubscribeAsync(stoppingToken);
            using var timer = new PeriodicTimer(HeartbeatEvery, _time);
            do
            {
                if (!IsCurrent)
                {
                    Lose();
                }

                await SendHeartbeatAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
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
                await _redis.GetSubscriber().SubscribeAsync(Channel, (_, message) => Receive(message.ToString()));
                return;
            }
            catch (Exception exception) when (_failures.Match(exception))
            {
                await Task.Delay(HeartbeatEvery, _time, stoppingToken);
            }
        }
    }

    private async Task SendHeartbeatAsync(CancellationToken stoppingToken)
    {
        try
        {
            var message = string.Create(CultureInfo.InvariantCulture, $"{_heartbeat}{++_sent}");
            Volatile.Write(ref _sentAt, _time.GetTimestamp());
            await _redis.GetSubscriber().PublishAsync(Channel, message).WithTimeout(stoppingToken);
        }
        catch (Exception exception) when (_failures.Match(exception))
        {
            // Redis is away: the silence tells.
        }
    }

    private void Receive(string message)
    {
        if (!message.StartsWith("heartbeat:", StringComparison.Ordinal))
        {
            foreach (var handler in _handlers)
            {
                handler(message);
            }
        }
        else if (message.StartsWith(_heartbeat, StringComparison.Ordinal)
            && long.TryParse(message.AsSpan(_heartbeat.Length), CultureInfo.InvariantCulture, out var number))
        {
            Hear(number);
        }
    }

    private void Hear(long number)
    {
        if (number != _received + 1)
        {
            Lose();
        }

        else if (number == Volatile.Read(ref _sent))
        {
            Lag.Record(_time.GetElapsedTime(Volatile.Read(ref _sentAt)).TotalSeconds);
        }

        _received = number;
        Volatile.Write(ref _heardAt, _time.GetTimestamp());
        if (!_isCurrent)
        {
            _isCurrent = true;
            LogCurrent(_logger);
        }
    }

    private void Lose()
    {
        if (!_isCurrent)
        {
            return;
        }

        _isCurrent = false;
        Interlocked.Increment(ref _generation);
        LogLost(_logger);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "The ends of sessions arrive")]
    private static partial void LogCurrent(ILogger logger);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "The ends of sessions may have been missed: sessions are looked up again")]
    private static partial void LogLost(ILogger logger);
}
