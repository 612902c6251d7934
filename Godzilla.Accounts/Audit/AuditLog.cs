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
        var batch = new List<AuditEntry>();
        var repeated = new List<AuditEntry>();
        try
        {
            while (await _queue.Reader.WaitToReadAsync(stoppingToken))
            {
                Take(batch, repeated);
                while (!await TryWriteAsync(batch, repeated, stoppingToken))
                {
                    await Task.Delay(RetryAfter, time, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left is written below. The web server has stopped before, so nothing is added.
        }

        var attempts = 0;
        while (batch.Count > 0 || repeated.Count > 0 || Take(batch, repeated))
        {
            if (!await TryWriteAsync(batch, repeated, CancellationToken.None) && ++attempts == AttemptsAtTheEnd)
            {
                LogDropped(logger, batch.Count + repeated.Count + _queue.Reader.Count);
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

    private bool Take(List<AuditEntry> batch, List<AuditEntry> repeated)
    {
        while (batch.Count + repeated.Count < BatchSize && _queue.Reader.TryRead(out var entry))
        {
            (IsRepeated(entry) ? repeated : batch).Add(entry);
        }

        return batch.Count + repeated.Count > 0;
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

    private async Task<bool> TryWriteAsync(List<AuditEntry> batch, List<AuditEntry> repeated, CancellationToken cancellationToken)
    {
        try
        {
            await store.WriteAsync(batch, repeated, cancellationToken);
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            LogWaiting(logger, exception);
            return false;
        }
        catch (MongoException exception)
        {
            // Not an outage, so a retry would fail as well, and hold up all that comes after.
            LogRefused(logger, exception, batch.Count + repeated.Count);
        }

        batch.Clear();
        repeated.Clear();
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
