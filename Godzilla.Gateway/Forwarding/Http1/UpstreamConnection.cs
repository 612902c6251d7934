using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Godzilla.Gateway.Forwarding.Http1;

/// <summary>A connection to a service that is kept open between requests. One request uses it at a time.</summary>
internal sealed class UpstreamConnection(string host, int port, TimeProvider time) : IDisposable
{
    private const int BufferSize = 16 * 1024;

    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _start;
    private int _end;
    private long _deadline = long.MaxValue;
    private long _idleSince;
    private volatile bool _hasTimedOut;

    /// <summary>The head of the request that is sent next. It is kept for the next request, which has about the same size.</summary>
    public RequestHead Request { get; } = new();

    /// <summary>Whether an earlier request came through it. The service may have closed it since.</summary>
    public bool IsReused { get; set; }

    /// <summary>Whether <see cref="Expire"/> broke it off.</summary>
    public bool HasTimedOut => _hasTimedOut;

    /// <summary>What has been received and not been taken.</summary>
    public ReadOnlySpan<byte> Received => _buffer.AsSpan(_start, _end - _start);

    /// <exception cref="SocketException">Nobody listens there.</exception>
    /// <exception cref="OperationCanceledException">It took too long, or the client left.</exception>
    public ValueTask ConnectAsync(CancellationToken cancellationToken) => _socket.ConnectAsync(host, port, cancellationToken);

    /// <summary>Breaks what follows off unless it moves within <paramref name="limit"/>; to be called at each sign of life.</summary>
    public void Allow(TimeSpan limit) => Volatile.Write(ref _deadline, time.GetTimestamp() + (long)(limit.TotalSeconds * time.TimestampFrequency));

    /// <summary>No request uses it from now on.</summary>
    public void Rest()
    {
        Volatile.Write(ref _deadline, long.MaxValue);
        _idleSince = time.GetTimestamp();
        IsReused = true;
    }

    /// <summary>How long no request has used it.</summary>
    public TimeSpan Idle() => time.GetElapsedTime(_idleSince);

    /// <summary>Breaks it off if its time is over.</summary>
    public void Expire()
    {
        if (time.GetTimestamp() > Volatile.Read(ref _deadline))
        {
            _hasTimedOut = true;
            Dispose();
        }
    }

    /// <summary>Whether the service has closed it, or has sent what nobody asked for. It costs a system call.</summary>
    public bool IsDead()
    {
        try
        {
            return Received.Length > 0 || _socket.Poll(0, SelectMode.SelectRead);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <exception cref="SocketException">The connection is broken.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes, SocketFlags.None)..];
        }
    }

    /// <summary>Receives more behind <see cref="Received"/>.</summary>
    /// <returns><see langword="false"/> if the service has ended the connection.</returns>
    /// <exception cref="UpstreamException">What is received, and not taken, outgrows the buffer.</exception>
    /// <exception cref="SocketException">The connection is broken.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> ReceiveAsync()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _buffer.Length)
        {
            if (_start == 0)
            {
                throw new UpstreamException($"The head is longer than {BufferSize} bytes.");
            }

            Received.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
        _end += count;
        return count > 0;
    }

    /// <summary>Takes bytes from the front of <see cref="Received"/>, which stay valid until more is received.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        var taken = _buffer.AsSpan(_start, count);
        _start += count;
        return taken;
    }

    /// <summary>May be called at any time, by any thread: what is under way fails.</summary>
    public void Dispose() => _socket.Dispose();
}
