using Godzilla.Presence.Grpc;
using Godzilla.Presence.Leases;
using Godzilla.Presence.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Godzilla.Presence.Watching;

/// <summary>
/// This replica's copy of the state, so that a read asks nobody. Changes come numbered, by pub/sub and as the answers to its own writes; a
/// number that is missing, or a subscription that is silent, means that it may be stale. A read then goes to the store.
/// </summary>
internal sealed class PresenceImage(PresenceStore store, IOptions<WatchingOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>How long the subscription may be silent before the image counts as stale.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, ChangeSet> _early = []; // What came before its turn, by first number.
    private readonly Queue<(long First, Encoded Message)> _history = new();
    private readonly List<(long Version, TaskCompletionSource Reached)> _waiters = [];
    private readonly HashSet<Watcher> _watchers = [];
    private readonly CancellationTokenSource _ending = new();
    private PresenceState? _state;
    private long _version;
    private long _historyFrom; // The history has all that came after this version.
    private long _heardAt;
    private volatile bool _isWhole; // No number is missing.
    private volatile Encoded? _online;
    private volatile Encoded? _typing;
    private Task? _loading;
    private long _loads;
    private bool _isEnding;

    /// <summary>The number of the last change.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>Whether it has every change, as far as anybody can know.</summary>
    public bool IsCurrent => _isWhole && time.GetElapsedTime(Volatile.Read(ref _heardAt)) < SilenceLimit;

    /// <summary>How many users are online; 0 before anything is read.</summary>
    public int OnlineCount
    {
        get
        {
            lock (_gate)
            {
                return _state?.Online.Count ?? 0;
            }
        }
    }

    /// <summary>How many streams are open.</summary>
    public int WatcherCount
    {
        get
        {
            lock (_gate)
            {
                return _watchers.Count;
            }
        }
    }

    /// <summary>How often everything was read from the store.</summary>
    public long Loads => Volatile.Read(ref _loads);

    /// <summary>Makes sure that reads are right.</summary>
    /// <returns>A completed task if it is current; else one that ends when all was read from the store.</returns>
    /// <exception cref="TimeoutException">The store does not answer.</exception>
    public Task CurrentAsync() => IsCurrent ? Task.CompletedTask : LoadAsync();

    /// <summary><c>OnlineUsersResponse</c>.</summary>
    public Encoded Online()
    {
        if (_online is { } kept)
        {
            return kept;
        }

        lock (_gate)
        {
            return _online = new Encoded(new OnlineUsersResponse { Usernames = { State.Online } });
        }
    }

    /// <summary><c>TypingUsersResponse</c> of all discussions.</summary>
    public Encoded Typing()
    {
        if (_typing is { } kept)
        {
            return kept;
        }

        lock (_gate)
        {
            return _typing = new Encoded(new TypingUsersResponse { Usernames = { State.TypingAnywhere() } });
        }
    }

    /// <summary>Whether a user types in a discussion.</summary>
    public bool IsTyping(string user, string discussion)
    {
        lock (_gate)
        {
            return State.IsTyping(user, discussion);
        }
    }

    /// <summary>Who types in one discussion, sorted.</summary>
    public string[] TypingIn(string discussion)
    {
        lock (_gate)
        {
            return [.. State.TypingIn(discussion)];
        }
    }

    /// <summary>Notes a published message, by whichever way it comes, and again.</summary>
    public void Receive(string message)
    {
        if (!ChangeSet.TryParse(message, out var changes))
        {
            return;
        }

        lock (_gate)
        {
            if (changes.First > _version)
            {
                _early[changes.First] = changes;
                ApplyEarly();
            }
        }
    }

    /// <summary>Notes a heartbeat: every change up to its version has come before it.</summary>
    /// <param name="version">The version when it was sent.</param>
    /// <param name="sentAt">When this replica sent it; <see langword="null"/> for another's.</param>
    public void Hear(long version, long? sentAt)
    {
        lock (_gate)
        {
            if (sentAt > _heardAt)
            {
                Volatile.Write(ref _heardAt, sentAt.Value);
            }

            // Without a version Redis has lost everything.
            if (_state is null || version > _version || version == 0)
            {
                Lose();
            }
            else if (sentAt is not null && _isWhole)
            {
                Tell(new Encoded(new WatchResponse { Version = _version }));
            }
        }
    }

    /// <summary>Changes may have been missed.</summary>
    public void Lose() => _isWhole = false;

    /// <summary>Ends when the image has a version; reads the store if it does not come by itself.</summary>
    public async Task ReachAsync(long version)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_version >= version)
            {
                return;
            }

            _waiters.Add((version, reached));
        }

        try
        {
            await reached.Task.WaitAsync(TimeSpan.FromMilliseconds(200), time);
        }
        catch (TimeoutException)
        {
            Lose();
            await LoadAsync();
        }
    }

    /// <summary>Reads everything from the store; once for all who ask meanwhile.</summary>
    public Task LoadAsync()
    {
        lock (_gate)
        {
            return _loading ??= LoadOnceAsync();
        }
    }

    /// <summary>Begins a stream: with what changed since a version, or with a snapshot.</summary>
    public Watcher Watch(long fromVersion)
    {
        lock (_gate)
        {
            var missed = fromVersion >= _historyFrom && fromVersion <= _version && fromVersion > 0
                ? _history.Where(entry => entry.First > fromVersion).Select(entry => entry.Message).ToList()
                : [new Encoded(State.ToWatch())];
            var watcher = new Watcher(missed.Count + 1 + options.Value.MaxWaiting);
            foreach (var message in missed)
            {
                watcher.TryTell(message);
            }

            watcher.TryTell(new Encoded(new WatchResponse { Version = _version }));
            if (_isEnding)
            {
                watcher.Stop(ShuttingDown());
            }

            _watchers.Add(watcher);
            return watcher;
        }
    }

    public void Unwatch(Watcher watcher)
    {
        lock (_gate)
        {
            _watchers.Remove(watcher);
        }

        watcher.Dispose();
    }

    /// <summary>Tells all watchers to go elsewhere.</summary>
    public void EndWatches()
    {
        lock (_gate)
        {
            _isEnding = true;
            foreach (var watcher in _watchers)
            {
                watcher.Stop(ShuttingDown());
            }
        }
    }

    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
    }

    private PresenceState State => _state ?? throw new TimeoutException("Nothing has been read yet.");

    private static Status ShuttingDown() => new(StatusCode.Unavailable, "This replica ends: watch again at another");

    private async Task LoadOnceAsync()
    {
        // Off the caller's lock.
        await Task.Yield();
        try
        {
            var snapshot = await store.LoadAsync(_ending.Token);
            Interlocked.Increment(ref _loads);
            lock (_gate)
            {
                Replace(snapshot);
            }
        }
        finally
        {
            lock (_gate)
            {
                _loading = null;
            }
        }
    }

    private void Replace(Snapshot snapshot)
    {
        // An answer that was overtaken by later changes. Versions never go back: after a restart of Redis they jump ahead.
        if (_state is null || snapshot.Version > _version)
        {
            _state = new PresenceState(snapshot);
            _history.Clear();
            _historyFrom = snapshot.Version;
            Tell(new Encoded(_state.ToWatch()));
            Forget();
            Reach(snapshot.Version);
        }

        _isWhole = true;
        ApplyEarly();
    }

    private void ApplyEarly()
    {
        while (_early.Count > 0)
        {
            var (first, changes) = _early.First();
            if (first > _version + 1)
            {
                return;
            }

            _early.Remove(first);
            if (first == _version + 1 && _state is not null)
            {
                Apply(changes);
            }
        }
    }

    private void Apply(ChangeSet changes)
    {
        State.Apply(changes);
        Forget();
        var message = new Encoded(changes.ToWatch());
        _history.Enqueue((changes.First, message));
        while (_history.Count > options.Value.History)
        {
            _history.Dequeue();
            _historyFrom = _history.Count > 0 ? _history.Peek().First - 1 : changes.Last;
        }

        Tell(message);
        Reach(changes.Last);
    }

    private void Forget() => (_online, _typing) = (null, null);

    private void Tell(Encoded message) => _watchers.RemoveWhere(watcher => !watcher.TryTell(message));

    private void Reach(long version)
    {
        Volatile.Write(ref _version, version);
        if (_waiters.Count == 0)
        {
            return;
        }

        foreach (var (_, reached) in _waiters.Where(waiter => waiter.Version <= version))
        {
            reached.TrySetResult();
        }

        _waiters.RemoveAll(waiter => waiter.Version <= version);
    }
}
