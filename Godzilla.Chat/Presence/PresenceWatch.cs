using System.Collections.Immutable;
using Godzilla.Chat.SignalR;
using Godzilla.Presence.V1;
using Grpc.Core;

namespace Godzilla.Chat.Presence;

/// <summary>
/// Follows Presence's stream and knows who is online and who types. While Presence is away nothing changes here, and nobody is told anything;
/// afterwards what has changed meanwhile is told.
/// </summary>
internal sealed partial class PresenceWatch(PresenceClient presence, TimeProvider time, ILogger<PresenceWatch> logger) : BackgroundService
{
    // The stream says something at least once a second.
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(300);

    private readonly Lock _gate = new();
    private readonly PriorityQueue<Action<IReadOnlyList<string>>, long> _waiting = new();
    private SortedSet<string> _online = new(StringComparer.Ordinal);
    private Dictionary<string, SortedSet<string>> _typing = new(StringComparer.Ordinal);
    private long _version;
    private ImmutableArray<Action<PresenceChange>> _onChanged = [];
    private ImmutableArray<Action<TypingChange>> _onTyping = [];
    private bool _isAway;

    /// <summary>Everybody who is online, sorted; empty until Presence was heard once.</summary>
    public IReadOnlyList<string> Online
    {
        get
        {
            lock (_gate)
            {
                return [.. _online];
            }
        }
    }

    /// <summary>Calls <paramref name="handler"/> when somebody came or went: in order, by one thread at a time. It must be quick.</summary>
    public void OnChanged(Action<PresenceChange> handler) => ImmutableInterlocked.Update(ref _onChanged, handlers => handlers.Add(handler));

    /// <summary>Calls <paramref name="handler"/> when somebody began or ended typing, in the same way.</summary>
    public void OnTyping(Action<TypingChange> handler) => ImmutableInterlocked.Update(ref _onTyping, handlers => handlers.Add(handler));

    /// <summary>
    /// Calls <paramref name="tell"/> with everybody who is online, as soon as that includes a version. Between that and the next
    /// change nothing is missing.
    /// </summary>
    public void WhenReached(long version, Action<IReadOnlyList<string>> tell)
    {
        lock (_gate)
        {
            _waiting.Enqueue(tell, version);
            TellWaiting();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is RpcException or OperationCanceledException)
            {
                if (!_isAway && !stoppingToken.IsCancellationRequested)
                {
                    LogAway(logger, exception.Message);
                }

                _isAway = true;
            }

            await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        using var silence = new CancellationTokenSource(SilenceLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, stoppingToken);
        using var call = presence.Watch(_version, either.Token);
        while (await call.ResponseStream.MoveNext(either.Token))
        {
            silence.CancelAfter(SilenceLimit);
            _isAway = false;
            lock (_gate)
            {
                Take(call.ResponseStream.Current);
                TellWaiting();
            }
        }
    }

    private void Take(WatchResponse message)
    {
        // Only a snapshot may go back: what was there before has been lost.
        if (message.Snapshot is null && message.Version <= _version)
        {
            return;
        }

        _version = message.Version;
        if (message.Snapshot is { } snapshot)
        {
            Replace(snapshot);
            return;
        }

        string[] joined = [.. message.Joined.Where(_online.Add)];
        string[] left = [.. message.Left.Where(_online.Remove)];
        Tell(joined, left);
        foreach (var discussion in message.Typing.Concat(message.Stopped).Select(who => who.DiscussionId).Distinct(StringComparer.Ordinal).ToArray())
        {
            var after = new SortedSet<string>(_typing.GetValueOrDefault(discussion) ?? [], StringComparer.Ordinal);
            after.UnionWith(message.Typing.Where(who => who.DiscussionId == discussion).Select(who => who.Username));
            after.ExceptWith(message.Stopped.Where(who => who.DiscussionId == discussion).Select(who => who.Username));
            TakeTyping(discussion, after);
        }
    }

    private void Replace(WatchSnapshot snapshot)
    {
        var before = _online;
        _online = new SortedSet<string>(snapshot.Online, StringComparer.Ordinal);
        Tell([.. _online.Except(before, StringComparer.Ordinal)], [.. before.Except(_online, StringComparer.Ordinal)]);

        var typing = snapshot.Typing.ToLookup(who => who.DiscussionId, who => who.Username, StringComparer.Ordinal);
        foreach (var discussion in _typing.Keys.Union(typing.Select(group => group.Key), StringComparer.Ordinal).ToArray())
        {
            TakeTyping(discussion, new SortedSet<string>(typing[discussion], StringComparer.Ordinal));
        }
    }

    private void TakeTyping(string discussion, SortedSet<string> after)
    {
        var before = _typing.GetValueOrDefault(discussion) ?? [];
        if (after.SetEquals(before))
        {
            return;
        }

        if (after.Count == 0)
        {
            _typing.Remove(discussion);
        }
        else
        {
            _typing[discussion] = after;
        }

        var change = new TypingChange(discussion, [.. before], [.. after]);
        foreach (var handler in _onTyping)
        {
            handler(change);
        }
    }

    private void Tell(string[] joined, string[] left)
    {
        if (joined.Length + left.Length == 0)
        {
            return;
        }

        var change = new PresenceChange(joined, left);
        foreach (var handler in _onChanged)
        {
            handler(change);
        }
    }

    private void TellWaiting()
    {
        IReadOnlyList<string>? online = null;
        while (_waiting.TryPeek(out var tell, out var version) && version <= _version)
        {
            _waiting.Dequeue();
            tell(online ??= [.. _online]);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Presence cannot be watched, and nobody is told who comes and goes: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}
