using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Chat.Bench;

/// <summary>
/// What the machine allows: so many sockets, of which each gets one send and one read a message, and nothing else. The next message goes out
/// when the last was read by all.
/// </summary>
internal sealed class BareSockets : IDisposable
{
    /// <summary>As in the results.</summary>
    internal const string Name = "bare sockets";

    // About what a message takes in either protocol.
    private const int FrameSize = 250;

    private static readonly int Senders = Environment.ProcessorCount;

    private readonly Epoll _epoll = new();
    private readonly Dictionary<int, Socket> _clients = [];
    private readonly Socket[] _sockets;
    private readonly byte[] _buffer = new byte[64 * 1024];

    internal BareSockets(int size)
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(size);
        _sockets = [.. Enumerable.Range(0, size).Select(_ => Connect(listener))];
    }

    internal Measurement Saturate(TimeSpan duration)
    {
        using var turn = new Barrier(Senders + 1);
        var isOver = false;
        var senders = Enumerable.Range(0, Senders).Select(first => new Thread(() => Send(first))).ToArray();
        Array.ForEach(senders, sender => sender.Start());
        var (started, messages) = (Stopwatch.GetTimestamp(), 0L);
        for (; Stopwatch.GetElapsedTime(started) < duration; messages++)
        {
            turn.SignalAndWait();
            for (var left = _sockets.Length * FrameSize; left > 0;)
            {
                left -= Read();
            }
        }

        var perSecond = messages * _sockets.Length / Stopwatch.GetElapsedTime(started).TotalSeconds;
        isOver = true;
        turn.SignalAndWait();
        Array.ForEach(senders, sender => sender.Join());
        return new Measurement(perSecond, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);

        void Send(int first)
        {
            var frame = new byte[FrameSize];
            while (true)
            {
                turn.SignalAndWait();
                if (isOver)
                {
                    return;
                }

                for (var i = first; i < _sockets.Length; i += Senders)
                {
                    _sockets[i].Send(frame);
                }
            }
        }
    }

    public void Dispose()
    {
        Array.ForEach(_sockets, socket => socket.Dispose());
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }

        _epoll.Dispose();
    }

    private Socket Connect(Socket listener)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        client.Connect(listener.LocalEndPoint!);
        _clients.Add((int)client.Handle, client);
        _epoll.Watch((int)client.Handle);
        var accepted = listener.Accept();
        accepted.NoDelay = true;
        return accepted;
    }

    private int Read()
    {
        var read = 0;
        var ready = _epoll.Wait(milliseconds: 1000);
        for (var i = 0; i < ready; i++)
        {
            read += _clients[_epoll.Ready(i)].Receive(_buffer);
        }

        return read;
    }
}
