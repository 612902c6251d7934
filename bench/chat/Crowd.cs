using System.Diagnostics;

namespace Chat.Bench;

/// <summary>The clients of one candidate, all in one room.</summary>
internal sealed class Crowd
{
    private const int HandshakesAtOnce = 32;
    private const string Lobby = "lobby";
    private static readonly TimeSpan WelcomeLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan ArrivalLimit = TimeSpan.FromSeconds(10);

    private readonly List<Connection> _connections = [];
    private readonly Tally _tally = new();
    private readonly Clients _clients;
    private readonly Candidate _candidate;
    private long _sent;

    internal Crowd(Clients clients, Candidate candidate)
    {
        (_clients, _candidate) = (clients, candidate);
        clients.Add(this);
    }

    /// <summary>Connects so many clients in all, and waits for the last one's welcome.</summary>
    internal void Grow(int count)
    {
        while (_connections.Count < count)
        {
            var connection = new Connection(_candidate.Server.Port, _candidate.Handshake(_connections.Count), _candidate.Protocol, _tally);
            _connections.Add(connection);
            _clients.Add(connection);
            WaitForWelcome(HandshakesAtOnce);
        }

        WaitForWelcome(1);
    }

    internal void KeepAlive()
    {
        if (_candidate.Protocol.KeepAlive is { Length: > 0 } words)
        {
            _connections.Where(connection => connection.IsReady).ToList().ForEach(connection => connection.Say(words));
        }
    }

    /// <summary>Keeps so many messages under way.</summary>
    internal Measurement Saturate(int window, TimeSpan duration) =>
        Run(duration, (elapsed, receivers) => ((_tally.Count / receivers) + window, Clients.Now), idle: 5);

    /// <summary>Sends on a fixed schedule, and counts how long a message takes from the moment that it was due.</summary>
    internal Measurement Send(int perSecond, TimeSpan duration)
    {
        var started = Clients.Now;
        return Run(
            duration,
            (elapsed, _) => (1 + (long)(elapsed.TotalSeconds * perSecond), started + (long)(_sent * 1e9 / perSecond)),
            idle: 1);
    }

    /// <summary>Lets each sender send when its last message is acknowledged.</summary>
    /// <param name="room">The room of each sender.</param>
    /// <param name="duration">For how long.</param>
    /// <returns>Acknowledgements a second.</returns>
    internal double SendAcknowledged(Func<int, string> room, TimeSpan duration)
    {
        var before = _connections.Sum(connection => connection.Acknowledged);
        var said = _connections.ConvertAll(connection => connection.Acknowledged);
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            for (var i = 0; i < _connections.Count; i++)
            {
                if (_connections[i].Acknowledged == said[i])
                {
                    said[i]++;
                    Say(_connections[i], room(i), Clients.Now);
                }
            }

            _clients.Poll(5);
        }

        var rate = (_connections.Sum(connection => connection.Acknowledged) - before) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        _clients.PollUntil(
            () => _connections.Select(connection => connection.Acknowledged).SequenceEqual(said), ArrivalLimit, "Messages are not acknowledged.");
        return rate;
    }

    private void WaitForWelcome(int fewer) => _clients.PollUntil(
        () => _connections.Count(connection => !connection.IsReady) < fewer, WelcomeLimit, $"{_candidate.Name} does not welcome its clients.");

    private Measurement Run(TimeSpan duration, Func<TimeSpan, int, (long Due, long Stamp)> schedule, int idle)
    {
        _tally.Clear();
        _sent = 0;
        var receivers = _candidate.Protocol.Receivers(_connections.Count);
        var (server, all, own) = (_candidate.Server.ProcessorTime(), _candidate.ProcessorTime(), Environment.CpuUsage.TotalTime);
        var started = Stopwatch.GetTimestamp();
        for (TimeSpan elapsed; (elapsed = Stopwatch.GetElapsedTime(started)) < duration;)
        {
            while (schedule(elapsed, receivers) is var (due, stamp) && _sent < due)
            {
                Say(_connections[(int)(_sent++ % _connections.Count)], Lobby, stamp);
            }

            _clients.Poll(idle);
        }

        var (count, seconds) = (_tally.Count, Stopwatch.GetElapsedTime(started).TotalSeconds);
        (server, all, own) = (_candidate.Server.ProcessorTime() - server, _candidate.ProcessorTime() - all, Environment.CpuUsage.TotalTime - own);
        _clients.PollUntil(
            () => _tally.Count >= _sent * receivers, ArrivalLimit, $"{_candidate.Name} lost some of {_sent} messages to {receivers} connections.");
        if (_tally.Count > _sent * receivers)
        {
            throw new InvalidOperationException($"{_candidate.Name} delivered messages twice.");
        }

        return new Measurement(
            count / seconds,
            _tally.Percentile(0.5),
            _tally.Percentile(0.99),
            server.TotalSeconds / seconds,
            all.TotalSeconds / seconds,
            own.TotalSeconds / seconds);
    }

    private void Say(Connection connection, string room, long stamp) =>
        connection.Say(_candidate.Protocol.Message(room, Connection.Text(stamp), Clients.NextNumber()));
}
