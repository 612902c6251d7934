using System.Collections.Concurrent;
using System.Globalization;
using Godzilla.ServiceDefaults.Errors;
using StackExchange.Redis;

namespace Godzilla.ServiceDefaults.Redis;

/// <summary>
/// A subscription to a channel that knows when it may have missed messages. Pub/sub can lose them, and a subscription can die without a
/// sign, so it sends numbered heartbeats through the channel to itself: a missing number, or none for <see cref="SilenceLimit"/>, tells.
/// </summary>
public sealed class CheckedSubscription
{
    /// <summary>How long the channel may be silent before it counts as lost.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(2);

    private const string HeartbeatPrefix = "heartbeat:";
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PeerSilenceLimit = TimeSpan.FromSeconds(3);

    private readonly string _heartbeat = $"{HeartbeatPrefix}{Guid.NewGuid():N}:";
    private readonly IConnectionMultiplexer _redis;
    private readonly RedisChannel _channel;
    private readonly DependencyFailures _failures;
    private readonly TimeProvider _time;
    private readonly Action<RedisValue> _receive;
    private readonly ConcurrentDictionary<string, long> _peers = new(StringComparer.Ordinal);
    private long _sent;
    private long _sentAt;
    private long _received;
    private long _heardAt;
    private int _generation;
    private volatile bool _isCurrent;

    /// <summary>Prepares it; <see cref="RunAsync"/> starts it.</summary>
    /// <param name="redis">The connection.</param>
    /// <param name="channel">The channel's name.</param>
    /// <param name="failures">What counts as an outage.</param>
    /// <param name="time">The clock.</param>
    /// <param name="receive">Called with each message, one at a time and in their order. It must be quick.</param>
    public CheckedSubscription(IConnectionMultiplexer redis, string channel, DependencyFailures failures, TimeProvider time, Action<RedisValue> receive)
    {
        ArgumentNullException.ThrowIfNull(redis);

        (_redis, _failures, _time, _receive) = (redis, failures, time, receive);
        _channel = new RedisChannel(channel, RedisChannel.PatternMode.Literal);
        _redis.ConnectionFailed += (_, _) => Lose();
    }

    /// <summary>Called when messages arrive. Some may have been missed before.</summary>
    public Action? Gained { get; init; }

    /// <summary>Called when messages may have been missed.</summary>
    public Action? Lost { get; init; }

    /// <summary>Called when another process that is subscribed has fallen silent: what it did last it may not have told.</summary>
    public Action? PeerLost { get; init; }

    /// <summary>Called with the time that a heartbeat took.</summary>
    public Action<TimeSpan>? Heard { get; init; }

    /// <summary>Counts the times that messages may have been missed.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>Whether every message arrives here now.</summary>
    public bool IsCurrent => _isCurrent && _time.GetElapsedTime(Volatile.Read(ref _heardAt)) < SilenceLimit;

    /// <summary>How many other processes are heard; known where <see cref="PeerLost"/> is set.</summary>
    public int Peers => _peers.Count;

    /// <summary>Subscribes, and watches the subscription.</summary>
    /// <param name="stoppingToken">Ends it.</param>
    public async Task RunAsync(CancellationToken stoppingToken)
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
                MissPeers();
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
                var queue = await _redis.GetSubscriber().SubscribeAsync(_channel);
                queue.OnMessage(message => Receive(message.Message));
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
            await _redis.GetSubscriber().PublishAsync(_channel, message).WithTimeout(stoppingToken);
        }
        catch (Exception exception) when (_failures.Match(exception))
        {
            // Redis is away: the silence tells.
        }
    }

    private void Receive(RedisValue message)
    {
        if (!message.StartsWith(HeartbeatPrefix))
        {
            _receive(message);
        }
        else if (message.ToString() is var text && text.StartsWith(_heartbeat, StringComparison.Ordinal))
        {
            Hear(long.Parse(text.AsSpan(_heartbeat.Length), CultureInfo.InvariantCulture));
        }
        else if (PeerLost is not null)
        {
            _peers[text[..text.LastIndexOf(':')]] = _time.GetTimestamp();
        }
    }

    // Nobody is missed while nothing arrives.
    private void MissPeers()
    {
        var isMissing = false;
        foreach (var (peer, heardAt) in _peers)
        {
            if (IsCurrent && _time.GetElapsedTime(heardAt) > PeerSilenceLimit)
            {
                isMissing |= _peers.TryRemove(peer, out _);
            }
        }

        if (isMissing)
        {
            PeerLost?.Invoke();
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
            Heard?.Invoke(_time.GetElapsedTime(Volatile.Read(ref _sentAt)));
        }

        _received = number;
        Volatile.Write(ref _heardAt, _time.GetTimestamp());
        if (!_isCurrent)
        {
            _isCurrent = true;
            Gained?.Invoke();
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
        Lost?.Invoke();
    }
}
