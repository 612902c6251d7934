using System.Threading.Channels;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Identity;
using Godzilla.ServiceDefaults.Mongo;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Godzilla.Accounts.Audit;

/// <summary>Takes entries for the audit and writes them behind, so that an audit that is slow or away fails and delays no answer.</summary>
internal sealed partial class AuditLog(
    AuditStore store, IOptions<AuditOptions> options, IOptions<DependencyFailures> failures, TimeProvider time, ILogger<AuditLog> logger) : BackgroundService
{
    private const int BatchSize = 500;

    // Each takes 0.7 s at most, so that the service ends in time.
    private const int AttemptsAtTheEnd = 3;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    // When it is full, which takes a long outage, new entries are dropped and counted in the log.
    private readonly Channel<AuditEntry> _queue = Channel.CreateBounded<AuditEntry>(
        new BoundedChannelOptions(10_000) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly List<AuditEntry> _batch = [];
    private readonly List<AuditEntry> _repeated = [];
    private readonly Dictionary<(string User, string Action), int> _failed = [];
    private DateTime _minute;
    private int _dropped;

    /// <summary>Notes what happened to <paramref name="user"/>'s account.</summary>
    /// <param name="action">One of <see cref="AuditActions"/>.</param>
    /// <param name="client">From where it was done.</param>
    /// <param name="by">The operator who did it, unless it was the user.</param>
    public void Note(string user, string action, CallerIdentity client, string? detail = null, string? by = null)
    {
        if (!_queue.Writer.TryWrite(Create(user, action, client, detail, by)))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>The same for a process that ends at once: it waits until the entry is stored.</summary>
    public Task WriteAsync(string user, string action, CallerIdentity client, CancellationToken cancellationToken) =>
        store.WriteAsync([Create(user, action, client, detail: null, by: null)], [], cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            Take();
            while (!await TryWriteAsync(stoppingToken))
            {
                await Task.Delay(RetryAfter, time, stoppingToken);
            }
        }
    }

    // Not at the end of ExecuteAsync: a service that is stopped as it starts may never get there.
    // The web server has stopped before, so nothing is added.
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        var attempts = 0;
        while (_batch.Count > 0 || _repeated.Count > 0 || Take())
        {
            if (!await TryWriteAsync(CancellationToken.None) && ++attempts == AttemptsAtTheEnd)
            {
                LogDropped(logger, _batch.Count + _repeated.Count + _queue.Reader.Count);
                return;
            }
        }
    }

    private AuditEntry Create(string user, string action, CallerIdentity client, string? detail, string? by)
    {
        var now = time.GetBsonTime();
        return new AuditEntry
        {
            Id = ObjectId.GenerateNewId(now),
            User = user,
            Action = action,
            At = now,
            Address = client.Address,
            UserAgent = client.UserAgent,
            Detail = detail,
            By = by,
            ExpiresAt = now + options.Value.KeepFor,
        };
    }

    private bool Take()
    {
        while (_batch.Count + _repeated.Count < BatchSize && _queue.Reader.TryRead(out var entry))
        {
            (IsRepeated(entry) ? _repeated : _batch).Add(entry);
        }

        return _batch.Count + _repeated.Count > 0;
    }

    private bool IsRepeated(AuditEntry entry)
    {
        if (!AuditActions.IsFailure(entry.Action))
        {
            return false;
        }

        var minute = entry.At.AddTicks(-(entry.At.Ticks % TimeSpan.TicksPerMinute));
        if (minute != _minute)
        {
            _failed.Clear();
            _minute = minute;
        }

        var count = _failed.GetValueOrDefault((entry.User, entry.Action)) + 1;
        _failed[(entry.User, entry.Action)] = count;
        return count > options.Value.MaxFailuresPerMinute;
    }

    private async Task<bool> TryWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteAsync(_batch, _repeated, cancellationToken);
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            LogWaiting(logger, exception);
            return false;
        }
        catch (MongoException exception)
        {
            // Not an outage, so a retry would fail as well, and hold up all that comes after.
            LogRefused(logger, exception, _batch.Count + _repeated.Count);
        }

        _batch.Clear();
        _repeated.Clear();
        if (Interlocked.Exchange(ref _dropped, 0) is var dropped and > 0)
        {
            LogDropped(logger, dropped);
        }

        return true;
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "The audit waits for its store")]
    private static partial void LogWaiting(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "{Count} entries of the audit were refused by its store")]
    private static partial void LogRefused(ILogger logger, Exception exception, int count);

    [LoggerMessage(EventId = 2, Level = LogLevel.Warning, Message = "{Count} entries of the audit were dropped, because its store was away")]
    private static partial void LogDropped(ILogger logger, int count);
}
