using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace Godzilla.Gateway.Sessions;

/// <summary>
/// The WebSockets that run through this gateway, by session. Chat closes those of a session that has ended, with a code and a reason; what
/// is still open <see cref="Grace"/> later is cut here. An open socket counts as use of its session.
/// </summary>
internal sealed class OpenSockets : BackgroundService
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(0.5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Sockets> _bySession = new(StringComparer.Ordinal);
    private readonly SessionCache _sessions;
    private readonly DependencyFailures _failures;
    private readonly TimeProvider _time;
    private int _count;

    public OpenSockets(SessionCache sessions, SessionMetrics metrics, IOptions<DependencyFailures> failures, TimeProvider time)
    {
        (_sessions, _failures, _time) = (sessions, failures.Value, time);
        metrics.ObserveSockets(() => Count);
    }

    /// <summary>How many are open.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Runs an upgraded request to its end, or until its session has ended.</summary>
    public async Task RunAsync(Session session, HttpContext context, RequestDelegate next)
    {
        Add(session, context);
        try
        {
            await next(context);
        }
        finally
        {
            Remove(session, context);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _time.RepeatAsync(CheckEvery, CheckAsync, stoppingToken);

    private async Task CheckAsync(CancellationToken stoppingToken)
    {
        Sockets[] all;
        lock (_lock)
        {
            all = [.. _bySession.Values];
        }

        foreach (var sockets in all)
        {
            try
            {
                var isLive = await _sessions.FindAsync(sockets.Token, stoppingToken) is not null;
                sockets.EndedAt = isLive ? null : sockets.EndedAt ?? _time.GetTimestamp();
            }
            catch (Exception exception) when (_failures.Match(exception))
            {
                // Whether it has ended is not known. Nothing new comes in meanwhile.
                return;
            }

            if (sockets.EndedAt is { } endedAt && _time.GetElapsedTime(endedAt) >= Grace)
            {
                Cut(sockets);
            }
        }
    }

    private void Cut(Sockets sockets)
    {
        HttpContext[] open;
        lock (_lock)
        {
            open = [.. sockets.Open];
        }

        foreach (var context in open)
        {
            context.Abort();
        }
    }

    private void Add(Session session, HttpContext context)
    {
        lock (_lock)
        {
            if (!_bySession.TryGetValue(session.Id, out var sockets))
            {
                _bySession[session.Id] = sockets = new Sockets(session.Token);
            }

            sockets.Open.Add(context);
            _count++;
        }
    }

    private void Remove(Session session, HttpContext context)
    {
        lock (_lock)
        {
            var sockets = _bySession[session.Id];
            sockets.Open.Remove(context);
            _count--;
            if (sockets.Open.Count == 0)
            {
                _bySession.Remove(session.Id);
            }
        }
    }

    private sealed class Sockets(string token)
    {
        public string Token => token;

        public HashSet<HttpContext> Open { get; } = [];

        public long? EndedAt { get; set; }
    }
}
