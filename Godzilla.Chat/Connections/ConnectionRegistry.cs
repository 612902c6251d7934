using System.Net.WebSockets;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace Godzilla.Chat.Connections;

/// <summary>The open connections of this process by user, session and gateway.</summary>
internal sealed class ConnectionRegistry(ConnectionMetrics metrics, IOptions<ConnectionOptions> options, TimeProvider time) : IDisposable
{
    // Longer than a signed identity is valid, so that a handshake that was under way when its session ended is refused.
    private static readonly TimeSpan EndedMemory = TimeSpan.FromMinutes(5);

    // How long a client has to answer a close frame.
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, IClientConnection> _open = new(StringComparer.Ordinal);
    private readonly ConnectionIndex _byUser = new(connection => connection.User);
    private readonly ConnectionIndex _bySession = new(connection => connection.SessionId);
    private readonly ConnectionIndex _byGateway = new(connection => connection.Gateway);
    private readonly MemoryCache _ended = new(new MemoryCacheOptions());

    /// <summary>The users of the open connections.</summary>
    public IReadOnlyList<string> Users
    {
        get
        {
            lock (_gate)
            {
                return [.. _byUser.Keys];
            }
        }
    }

    /// <summary>The sessions of the open connections.</summary>
    public IReadOnlyList<string> Sessions
    {
        get
        {
            lock (_gate)
            {
                return [.. _bySession.Keys];
            }
        }
    }

    /// <returns>A user's open connections.</returns>
    public IReadOnlyList<IClientConnection> Of(string username)
    {
        lock (_gate)
        {
            return _byUser.Get(username);
        }
    }

    /// <summary>Takes a connection in, unless its session has ended meanwhile, or its user has too many.</summary>
    /// <returns>Why it must be closed, or <see langword="null"/>.</returns>
    public CloseReason? Add(IClientConnection connection)
    {
        lock (_gate)
        {
            if (_ended.TryGetValue(connection.SessionId, out _))
            {
                return CloseReason.SessionEnded;
            }

            if (_byUser.Count(connection.User) >= options.Value.PerUser)
            {
                return new CloseReason(WebSocketCloseStatus.PolicyViolation, $"At most {options.Value.PerUser} connections");
            }

            _open.Add(connection.Id, connection);
            _byUser.Add(connection);
            _bySession.Add(connection);
            _byGateway.Add(connection);
        }

        metrics.Opened();
        return null;
    }

    /// <returns><see langword="false"/> if it was not there.</returns>
    public bool Remove(string connectionId)
    {
        lock (_gate)
        {
            if (!_open.Remove(connectionId, out var connection))
            {
                return false;
            }

            _byUser.Remove(connection);
            _bySession.Remove(connection);
            _byGateway.Remove(connection);
        }

        metrics.Closed();
        return true;
    }

    /// <summary>Closes the connections of a session that has ended, and refuses those whose handshake is still under way.</summary>
    public void End(string sessionId)
    {
        IClientConnection[] open;
        lock (_gate)
        {
            _ended.Set(sessionId, true, EndedMemory);
            open = _bySession.Get(sessionId);
        }

        Close(open, CloseReason.SessionEnded);
    }

    /// <summary>Closes the connections that came through a gateway that ends.</summary>
    public void LeaveGateway(string gateway)
    {
        IClientConnection[] open;
        lock (_gate)
        {
            open = _byGateway.Get(gateway);
        }

        Close(open, CloseReason.Restarting);
    }

    /// <summary>Closes a connection, and breaks it off if its client does not answer.</summary>
    public async Task CloseAsync(IClientConnection connection, CloseReason reason)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.Closed);
            limit.CancelAfter(CloseLimit);
            await connection.CloseAsync(reason, limit.Token);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, limit.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            // It has left, or does not answer.
        }

        connection.Abort();
    }

    public void Dispose() => _ended.Dispose();

    private void Close(IEnumerable<IClientConnection> connections, CloseReason reason)
    {
        foreach (var connection in connections)
        {
            _ = CloseAsync(connection, reason);
        }
    }
}
