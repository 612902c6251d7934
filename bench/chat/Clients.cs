using System.Diagnostics;

namespace Chat.Bench;

/// <summary>All clients of all candidates, on this thread: whoever is not being measured still answers pings.</summary>
internal sealed class Clients : IDisposable
{
    private static readonly long KeepAliveEvery = 10 * Stopwatch.Frequency;

    private readonly Epoll _epoll = new();
    private readonly Dictionary<int, Connection> _byDescriptor = [];
    private readonly List<Crowd> _crowds = [];
    private readonly byte[] _buffer = new byte[4 << 20];
    private long _keptAlive = Stopwatch.GetTimestamp();

    private static long s_number;

    /// <summary>The time in nanoseconds, from some start.</summary>
    internal static long Now => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    internal static long NextNumber() => ++s_number;

    internal void Add(Crowd crowd) => _crowds.Add(crowd);

    internal void Add(Connection connection)
    {
        _byDescriptor.Add(connection.Descriptor, connection);
        _epoll.Watch(connection.Descriptor);
    }

    /// <summary>Takes what has come, or what comes within so long.</summary>
    internal void Poll(int milliseconds)
    {
        if (Stopwatch.GetTimestamp() - _keptAlive > KeepAliveEvery)
        {
            _keptAlive = Stopwatch.GetTimestamp();
            _crowds.ForEach(crowd => crowd.KeepAlive());
        }

        var ready = _epoll.Wait(milliseconds);
        for (var i = 0; i < ready; i++)
        {
            _byDescriptor[_epoll.Ready(i)].Read(_buffer, Now);
        }
    }

    internal void PollFor(TimeSpan duration)
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < duration;)
        {
            Poll(1);
        }
    }

    /// <exception cref="TimeoutException">It does not come to be.</exception>
    internal void PollUntil(Func<bool> condition, TimeSpan limit, string what)
    {
        for (var started = Stopwatch.GetTimestamp(); !condition();)
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException(what);
            }

            Poll(1);
        }
    }

    public void Dispose()
    {
        _epoll.Dispose();
        foreach (var connection in _byDescriptor.Values)
        {
            connection.Dispose();
        }
    }
}
