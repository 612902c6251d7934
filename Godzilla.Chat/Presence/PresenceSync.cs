using Godzilla.Presence.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.Presence;

/// <summary>
/// Tells Presence of this process's connections: those that come and go together in one call, and all of them every few seconds, which
/// renews their leases. A connection never waits for Presence; after an outage every lease is renewed.
/// </summary>
internal sealed partial class PresenceSync(
    PresenceClient presence,
    PresenceWatch watch,
    HubPresence hub,
    IOptions<PresenceOptions> options,
    TimeProvider time,
    ILogger<PresenceSync> logger) : BackgroundService
{
    private const int MaxLeases = 1000;

    // Past it goodbyes are dropped while Presence is away: leases end by themselves.
    private const int MaxGone = 10_000;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _open = new(StringComparer.Ordinal); // By connection id.
    private readonly Dictionary<string, HashSet<string>> _byUser = new(StringComparer.Ordinal);
    private readonly HashSet<string> _new = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _gone = new(StringComparer.Ordinal); // Connection ids, and whose.
    private readonly SemaphoreSlim _news = new(0, 1);
    private long _renewedAt;
    private bool _away;

    /// <summary>Notes a new connection of the hub. It is told who is online as soon as Presence knows of it.</summary>
    /// <param name="username">Whose.</param>
    /// <param name="connectionId">Its id.</param>
    public void Connected(string username, string connectionId) => Connected(username, connectionId, online => hub.Greet(connectionId, online));

    /// <summary>Notes a new connection.</summary>
    /// <param name="username">Whose.</param>
    /// <param name="connectionId">Its id, new.</param>
    /// <param name="greet">Called once with everybody who is online, the user too; what changes after that comes from <see cref="PresenceWatch"/>. It must be quick.</param>
    public void Connected(string username, string connectionId, Action<IReadOnlyList<string>> greet)
    {
        lock (_gate)
        {
            _open[connectionId] = new Entry(username, greet);
            if (!_byUser.TryGetValue(username, out var connections))
            {
                _byUser[username] = connections = new HashSet<string>(StringComparer.Ordinal);
            }

            connections.Add(connectionId);
            _new.Add(connectionId);
        }

        Wake();
    }

    /// <summary>Notes that a connection is gone; one that was not connected is no error.</summary>
    /// <param name="username">Whose.</param>
    /// <param name="connectionId">Its id.</param>
    public void Disconnected(string username, string connectionId)
    {
        lock (_gate)
        {
            if (!_open.Remove(connectionId))
            {
                return;
            }

            if (_byUser.TryGetValue(username, out var connections) && connections.Remove(connectionId) && connections.Count == 0)
            {
                _byUser.Remove(username);
            }

            _new.Remove(connectionId);
            if (_gone.Count < MaxGone)
            {
                // Also for one that Presence was not told of: a call that failed may have been done.
                _gone[connectionId] = username;
            }
        }

        Wake();
    }

    /// <summary>Notes that the user of a connection has done something: they are not away.</summary>
    public void Touch(string connectionId)
    {
        lock (_gate)
        {
            if (_open.TryGetValue(connectionId, out var entry))
            {
                entry.IsActive = true;
            }
        }
    }

    /// <summary>The connections that users have to this process.</summary>
    public IReadOnlyList<string> ConnectionsOf(params ReadOnlySpan<string> usernames)
    {
        var all = new List<string>();
        lock (_gate)
        {
            foreach (var username in usernames)
            {
                if (_byUser.TryGetValue(username, out var connections))
                {
                    all.AddRange(connections);
                }
            }
        }

        return all;
    }

    public override void Dispose()
    {
        _news.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _renewedAt = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WaitAsync(stoppingToken);
                await TellAsync(stoppingToken);
                _away = false;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (RpcException exception)
            {
                LogAway(exception);
                await Task.Delay(RetryAfter, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await SayFarewellAsync();
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (_news.CurrentCount == 0)
            {
                _news.Release();
            }
        }
    }

    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        var left = options.Value.RenewEvery - time.GetElapsedTime(_renewedAt);
        if (_away || left <= TimeSpan.Zero)
        {
            return;
        }

        using var renewal = new CancellationTokenSource(left, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(renewal.Token, stoppingToken);
        try
        {
            await _news.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
        {
            // Time to renew.
        }
    }

    private async Task TellAsync(CancellationToken cancellationToken)
    {
        if (_away || time.GetElapsedTime(_renewedAt) >= options.Value.RenewEvery)
        {
            foreach (var chunk in Open().Chunk(MaxLeases))
            {
                await UpdateAsync(chunk, [], cancellationToken);
            }

            _renewedAt = time.GetTimestamp();
        }

        while (Take() is var (held, gone) && held.Count + gone.Count > 0)
        {
            await UpdateAsync(held, gone, cancellationToken);
        }
    }

    private (string Id, Entry Entry)[] Open()
    {
        lock (_gate)
        {
            return [.. _open.Select(connection => (connection.Key, connection.Value))];
        }
    }

    private (IReadOnlyList<(string Id, Entry Entry)> Held, IReadOnlyList<(string Id, string Username)> Gone) Take()
    {
        lock (_gate)
        {
            // The new ones first: whoever loads a page again does not leave in between.
            (string Id, Entry Entry)[] held = [.. _new.Take(MaxLeases).Select(id => (id, _open[id]))];
            (string Id, string Username)[] gone = [.. _gone.Take(MaxLeases - held.Length).Select(connection => (connection.Key, connection.Value))];
            return (held, gone);
        }
    }

    private async Task UpdateAsync(
        IReadOnlyList<(string Id, Entry Entry)> held, IReadOnlyList<(string Id, string Username)> gone, CancellationToken cancellationToken)
    {
        var request = new UpdateLeasesRequest();
        foreach (var (id, entry) in held)
        {
            request.Held.Add(new Connection { Username = entry.Username, ConnectionId = id, Active = entry.IsActive });
            entry.IsActive = false;
        }

        request.Ended.AddRange(gone.Select(connection => new Connection { Username = connection.Username, ConnectionId = connection.Id }));
        long version;
        try
        {
            version = await presence.UpdateAsync(request, cancellationToken);
        }
        catch (RpcException exception) when (!PresenceClient.IsOutage(exception))
        {
            // Again it would be refused again, and stand in the way of all others.
            LogRefused(logger, exception.Message);
            Forget(held, gone);
            return;
        }

        Greet(Forget(held, gone), version);
    }

    // What is told is taken out only now, so that an outage loses nothing.
    private List<Entry> Forget(IReadOnlyList<(string Id, Entry Entry)> held, IReadOnlyList<(string Id, string Username)> gone)
    {
        var isNew = new List<Entry>();
        lock (_gate)
        {
            foreach (var (id, entry) in held)
            {
                if (_new.Remove(id))
                {
                    isNew.Add(entry);
                }
            }

            foreach (var (id, _) in gone)
            {
                _gone.Remove(id);
            }
        }

        return isNew;
    }

    private void Greet(List<Entry> entries, long version)
    {
        foreach (var entry in entries)
        {
            watch.WhenReached(version, entry.Greet);
        }
    }

    // The server has closed its connections by now; without this their users would stay online until their leases end.
    private async Task SayFarewellAsync()
    {
        foreach (var (id, entry) in Open())
        {
            Disconnected(entry.Username, id);
        }

        using var limit = new CancellationTokenSource(Farewell, time);
        try
        {
            while (Take() is var (held, gone) && held.Count + gone.Count > 0)
            {
                await UpdateAsync(held, gone, limit.Token);
            }
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException)
        {
            LogAway(exception);
        }
    }

    private void LogAway(Exception exception)
    {
        if (!_away)
        {
            LogUnreachable(logger, exception.Message);
        }

        _away = true;
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "Presence is unreachable, and is told later: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, string reason);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "Presence has refused connections: {Reason}")]
    private static partial void LogRefused(ILogger logger, string reason);

    private sealed class Entry(string username, Action<IReadOnlyList<string>> greet)
    {
        public string Username => username;

        public Action<IReadOnlyList<string>> Greet => greet;

        public bool IsActive { get; set; }
    }
}
