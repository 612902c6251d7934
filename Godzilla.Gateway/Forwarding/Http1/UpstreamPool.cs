namespace Godzilla.Gateway.Forwarding.Http1;

/// <summary>The connections to one replica of a service.</summary>
internal sealed class UpstreamPool(Uri address, TimeProvider time) : IDisposable
{
    // Less than Kestrel keeps a silent connection open (130 s), so that it is rarely the service that ends one.
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly Stack<UpstreamConnection> _idle = new();
    private readonly HashSet<UpstreamConnection> _all = [];
    private long _connectedAt = time.GetTimestamp();

    /// <summary>Host and port, as in the header.</summary>
    public string Host { get; } = address.Authority;

    public Uri Address => address;

    /// <summary>Whether it has no connection, and nobody has asked for one lately.</summary>
    public bool IsAbandoned
    {
        get
        {
            lock (_lock)
            {
                return _all.Count == 0 && time.GetElapsedTime(Volatile.Read(ref _connectedAt)) > MaxIdle;
            }
        }
    }

    /// <summary>Takes the connection that rested last, so that those that are not needed grow old.</summary>
    public UpstreamConnection? TryTake()
    {
        lock (_lock)
        {
            return _idle.TryPop(out var connection) ? connection : null;
        }
    }

    /// <summary>Opens a connection.</summary>
    public async ValueTask<UpstreamConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _connectedAt, time.GetTimestamp());
        var connection = new UpstreamConnection(address.IdnHost, address.Port, time);
        try
        {
            await connection.ConnectAsync(cancellationToken);
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        lock (_lock)
        {
            _all.Add(connection);
        }

        return connection;
    }

    /// <summary>Gives a connection back whose response has been read to its end.</summary>
    public void Return(UpstreamConnection connection)
    {
        connection.Rest();
        lock (_lock)
        {
            _idle.Push(connection);
        }
    }

    /// <summary>Closes a connection that cannot be used again.</summary>
    public void Close(UpstreamConnection connection)
    {
        connection.Dispose();
        lock (_lock)
        {
            _all.Remove(connection);
        }
    }

    /// <summary>Breaks off what takes too long, and closes what nobody needs.</summary>
    public void Sweep()
    {
        UpstreamConnection[] all;
        lock (_lock)
        {
            all = [.. _all];
        }

        // Outside: what breaks off may come back here at once.
        foreach (var connection in all)
        {
            connection.Expire();
        }

        lock (_lock)
        {
            if (_idle.Count == 0 || !_idle.Any(connection => connection.Idle() > MaxIdle))
            {
                return;
            }

            var kept = _idle.Where(connection => connection.Idle() <= MaxIdle).Reverse().ToList();
            foreach (var old in _idle.Except(kept).ToList())
            {
                old.Dispose();
                _all.Remove(old);
            }

            _idle.Clear();
            kept.ForEach(_idle.Push);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var connection in _all)
            {
                connection.Dispose();
            }

            _all.Clear();
            _idle.Clear();
        }
    }
}
