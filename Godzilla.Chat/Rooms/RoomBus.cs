using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Godzilla.Chat.Discussions;
using Godzilla.Chat.Messages;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Hosting;
using Godzilla.ServiceDefaults.Redis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.Chat.Rooms;

/// <summary>
/// Tells the other replicas of what this one stored. Redis may lose it: a replica that may have missed something looks into the store, and
/// what could not be published is announced later.
/// </summary>
internal sealed partial class RoomBus : BackgroundService
{
    private const string Channel = "chat:rooms";
    private static readonly TimeSpan AnnounceEvery = TimeSpan.FromSeconds(1);

    // When a write that was given up may have been done: at once, when a driver's own limits have ended, and when a server that hung goes on.
    private static readonly TimeSpan[] Doubts = [TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60)];

    private readonly byte[] _replica = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N"));
    private readonly ConcurrentDictionary<DiscussionId, bool> _unannounced = new();
    private readonly ConcurrentDictionary<DiscussionId, bool> _doubtful = new();
    private readonly IConnectionMultiplexer _redis;
    private readonly DependencyFailures _failures;
    private readonly TimeProvider _time;
    private readonly CheckedSubscription _subscription;

    public RoomBus(IConnectionMultiplexer redis, IOptions<DependencyFailures> failures, TimeProvider time, ILogger<RoomBus> logger)
    {
        (_redis, _failures, _time) = (redis, failures.Value, time);
        _subscription = new CheckedSubscription(redis, Channel, failures.Value, time, Receive)
        {
            Gained = () => OnGained?.Invoke(),

            // It may have stored what it could not tell any more.
            PeerLost = () => OnGained?.Invoke(),
            Lost = () => LogLost(logger),
        };
    }

    /// <summary>How many other replicas are heard.</summary>
    public int Peers => _subscription.Peers;

    /// <summary>Called with what another replica stored; nothing says that there is something in the store.</summary>
    public Action<DiscussionId, Func<IReadOnlyList<Message>>>? OnStored { get; set; }

    /// <summary>Called with a discussion that another replica created or changed.</summary>
    public Action<DiscussionChange>? OnChanged { get; set; }

    /// <summary>Called with how far a user has read a discussion, at another replica.</summary>
    public Action<DiscussionId, string, long>? OnRead { get; set; }

    /// <summary>Called when another replica has changed who is banned from the lobby.</summary>
    public Action? OnBansChanged { get; set; }

    /// <summary>Called when news arrives. Some may have been missed before.</summary>
    public Action? OnGained { get; set; }

    public void Publish(DiscussionId id, IReadOnlyList<Message> stored) =>
        _ = PublishAsync(id, new News(id.ToString(), [.. stored.Select(MessageView.Of)], null));

    public void Publish(DiscussionId id, DiscussionChange change) => _ = PublishAsync(id, new News(id.ToString(), [], change));

    /// <summary>Tells how far a user has read. Where it is lost, their other connections learn it later.</summary>
    public void PublishRead(DiscussionId id, string user, long seq) => _ = PublishAsync(id, new News(id.ToString(), [], null, Read: new ReadNews(user, seq)));

    /// <summary>Makes every replica, this one too, look for what is in the store and nobody may have told of.</summary>
    public void Announce(DiscussionId id)
    {
        OnStored?.Invoke(id, () => []);
        _ = PublishAsync(id, new News(id.ToString(), [], null));
    }

    /// <summary>The same several times, because the store did not answer: what was given up can still be done.</summary>
    public void Doubt(DiscussionId id)
    {
        if (_doubtful.TryAdd(id, true))
        {
            _ = AnnounceDoubtsAsync(id);
        }
    }

    public void PublishBansChanged() => _ = PublishAsync(DiscussionId.Lobby, new News(DiscussionId.LobbyName, [], null, BansChanged: true));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken) =>
        await Task.WhenAll(_subscription.RunAsync(stoppingToken), _time.RepeatAsync(AnnounceEvery, _ => AnnounceAsync(), stoppingToken));

    private async Task AnnounceAsync()
    {
        foreach (var id in _unannounced.Keys.Where(_ => _subscription.IsCurrent))
        {
            _unannounced.TryRemove(id, out _);
            await PublishAsync(id, new News(id.ToString(), [], null));
        }
    }

    private async Task AnnounceDoubtsAsync(DiscussionId id)
    {
        foreach (var pause in Doubts)
        {
            await Task.Delay(pause, _time);
            if (pause == Doubts[^1])
            {
                _doubtful.TryRemove(id, out _);
            }

            Announce(id);
        }
    }

    private async Task PublishAsync(DiscussionId id, News news)
    {
        using var activity = RoomTraces.StartPublish(Channel, news.Messages.Length);
        if (activity is { Recorded: true })
        {
            news = news with { Trace = activity.Id };
        }

        try
        {
            await _redis.GetSubscriber().PublishAsync(
                RedisChannel.Literal(Channel), (byte[])[.. _replica, .. JsonSerializer.SerializeToUtf8Bytes(news, NewsJson.Default.News)]).WithTimeout();
        }
        catch (Exception exception) when (_failures.Match(exception))
        {
            _unannounced[id] = true;
            activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", exception.GetType().FullName);
        }
    }

    private void Receive(RedisValue message)
    {
        var bytes = ((ReadOnlyMemory<byte>)message).Span;
        if (bytes.StartsWith(_replica)
            || bytes.Length <= _replica.Length
            || JsonSerializer.Deserialize(bytes[_replica.Length..], NewsJson.Default.News) is not { } news
            || !DiscussionId.TryParse(news.DiscussionId, out var id))
        {
            return;
        }

        using var activity = RoomTraces.StartReceive(Channel, news.Trace, news.Messages.Length);
        if (news.BansChanged)
        {
            OnBansChanged?.Invoke();
        }
        else if (news.Change is not null)
        {
            OnChanged?.Invoke(news.Change);
        }
        else if (news.Read is { } read)
        {
            OnRead?.Invoke(id, read.User, read.Seq);
        }
        else
        {
            OnStored?.Invoke(id, () => [.. news.Messages.Select(view => view.ToMessage())]);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "News of other replicas may have been missed: it is read from the store when Redis is back")]
    private static partial void LogLost(ILogger logger);

    /// <summary>What is published.</summary>
    /// <param name="DiscussionId">Where.</param>
    /// <param name="Messages">What was stored: some that follow each other, or none.</param>
    /// <param name="Change">The discussion, if that is the news.</param>
    /// <param name="BansChanged">Whether the news is that others are banned from the lobby.</param>
    /// <param name="Read">How far somebody has read, if that is the news.</param>
    /// <param name="Trace">The publisher's span as W3C's <c>traceparent</c>, if it is sampled.</param>
    internal sealed record News(
        string DiscussionId,
        MessageView[] Messages,
        DiscussionChange? Change,
        bool BansChanged = false,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ReadNews? Read = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Trace = null);

    internal sealed record ReadNews(string User, long Seq);

    [JsonSerializable(typeof(News))]
    private sealed partial class NewsJson : JsonSerializerContext;
}
