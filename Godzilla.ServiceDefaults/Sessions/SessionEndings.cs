using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Redis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Godzilla.ServiceDefaults.Sessions;

/// <summary>Follows the sessions that end.</summary>
public sealed partial class SessionEndings : BackgroundService
{
    // The way of a heartbeat is the way of an end.
    private static readonly Histogram<double> Lag = new Meter("Godzilla.Sessions").CreateHistogram<double>(
        "godzilla.sessions.endings.lag", "s", "How long the end of a session takes from Redis to here, by heartbeats.");

    private readonly CheckedSubscription _subscription;
    private ImmutableArray<Action<string>> _handlers = [];

    /// <summary>Creates the follower; it starts with the host.</summary>
    /// <param name="redis">The connection.</param>
    /// <param name="failures">What counts as an outage.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public SessionEndings(IConnectionMultiplexer redis, IOptions<DependencyFailures> failures, TimeProvider time, ILogger<SessionEndings> logger)
    {
        ArgumentNullException.ThrowIfNull(redis);
        ArgumentNullException.ThrowIfNull(failures);

        _subscription = new CheckedSubscription(redis, SessionKeys.Ended, failures.Value, time, Receive)
        {
            Gained = () => LogCurrent(logger),
            Lost = () => LogLost(logger),
            Heard = lag => Lag.Record(lag.TotalSeconds),
        };
    }

    /// <summary>
    /// Counts the times that ends may have been missed. What was looked up under another value is not to be trusted, and nothing that was
    /// looked up while <see cref="IsCurrent"/> is <see langword="false"/>.
    /// </summary>
    public int Generation => _subscription.Generation;

    /// <summary>Whether every end arrives here now.</summary>
    public bool IsCurrent => _subscription.IsCurrent;

    /// <summary>Calls <paramref name="handler"/> with the id of each session that ends from now on. It must be quick.</summary>
    /// <param name="handler">Called by one thread at a time.</param>
    public void OnEnded(Action<string> handler) => ImmutableInterlocked.Update(ref _handlers, handlers => handlers.Add(handler));

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _subscription.RunAsync(stoppingToken);

    private void Receive(RedisValue message)
    {
        var id = message.ToString();
        foreach (var handler in _handlers)
        {
            handler(id);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "The ends of sessions arrive")]
    private static partial void LogCurrent(ILogger logger);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "The ends of sessions may have been missed: sessions are looked up again")]
    private static partial void LogLost(ILogger logger);
}
