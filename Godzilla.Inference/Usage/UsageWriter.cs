using System.Collections.Concurrent;
using System.Threading.Channels;
using Godzilla.Inference.Budgets;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;
using MongoDB.Driver;

namespace Godzilla.Inference.Usage;

/// <summary>
/// Writes usage behind, each record once. Redis keeps a record until it is written, so a process that dies loses none: another writes what
/// is left. This process keeps it as well, so that a Redis that loses its memory loses none either.
/// </summary>
/// <remarks>
/// A document is changed only in the state in which it was last seen, and holds the ids of what was added to it last. Before a record is added
/// to a document that others may have changed, the document is read and then Redis is asked whether the record is still to be written. What
/// was added without Redis having noted it is at most a batch of each of two writers, the document's own and one that stands in for it.
/// </remarks>
internal sealed partial class UsageWriter(
    UsageStore store, BudgetStore budgets, IOptions<DependencyFailures> failures, TimeProvider time, ILogger<UsageWriter> logger) : BackgroundService
{
    private const int BatchSize = 128;
    private const int MaxKnown = 10_000;
    private const int Attempts = 10;

    // Each takes a few times 0.7 s at most, so that the service ends in time.
    private const int AttemptsAtTheEnd = 2;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    // What ends meanwhile goes into the same write. A write for each would cost requests that come after another more than their own work does.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(200);

    // Others take over what is older than BudgetStore.UnwrittenFor.
    private static readonly TimeSpan SafeFor = BudgetStore.UnwrittenFor / 2;

    // Past its bound records are in Redis alone, where they are found again.
    private readonly Channel<Waiting> _queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(100_000) { SingleReader = true });

    private readonly ConcurrentDictionary<string, bool> _queued = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _revs = new(StringComparer.Ordinal);
    private readonly List<Waiting> _batch = [];

    /// <summary>How much waits here.</summary>
    public int Unwritten => _queued.Count;

    /// <summary>Writes a record of this process soon.</summary>
    public void Add(UsageRecord record) => Add(new Waiting(record, time.GetTimestamp(), IsDoubtful: false, IsTaken: false));

    /// <summary>Writes records that nobody has written in time. They may be written already.</summary>
    public void Take(IEnumerable<UsageRecord> records)
    {
        foreach (var record in records)
        {
            Add(new Waiting(record, time.GetTimestamp(), IsDoubtful: true, IsTaken: true));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            await Task.Delay(Gather, time, stoppingToken);
            TakeBatch();
            while (!await TryWriteAsync())
            {
                await Task.Delay(RetryAfter, time, stoppingToken);
            }
        }
    }

    // Not at the end of ExecuteAsync: a service that is stopped as it starts may never get there. What cannot be written stays in Redis.
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        var attempts = 0;
        while (TakeBatch() && attempts < AttemptsAtTheEnd)
        {
            attempts = await TryWriteAsync() ? 0 : attempts + 1;
        }
    }

    private void Add(Waiting waiting)
    {
        if (_queued.TryAdd(waiting.Record.Id, value: true) && !_queue.Writer.TryWrite(waiting))
        {
            _queued.TryRemove(waiting.Record.Id, out _);
        }
    }

    private bool TakeBatch()
    {
        while (_batch.Count < BatchSize && _queue.Reader.TryRead(out var waiting))
        {
            _batch.Add(waiting);
        }

        return _batch.Count > 0;
    }

    private async Task<bool> TryWriteAsync()
    {
        try
        {
            await WriteAsync();
        }
        catch (Exception exception) when (failures.Value.Match(exception))
        {
            LogWaiting(logger, exception);
            _batch.ForEach(waiting => waiting.IsDoubtful = true);
            return false;
        }
        catch (Exception exception)
        {
            // Not an outage, so a retry would fail as well, and hold up all that comes after. It is still in Redis.
            LogRefused(logger, exception, _batch.Count);
        }

        _batch.ForEach(waiting => _queued.TryRemove(waiting.Record.Id, out _));
        _batch.Clear();
        return true;
    }

    private async Task WriteAsync()
    {
        // What is not known to be new is looked up first, and so is all that goes into the same document, to keep its order.
        var documents = _batch.GroupBy(waiting => waiting.Record.DocumentId, StringComparer.Ordinal).ToLookup(group => group.All(IsNew));
        var changes = documents[true]
            .Select(group => (group.Key, _revs.GetValueOrDefault(group.Key), (IReadOnlyCollection<UsageRecord>)[.. group.Select(waiting => waiting.Record)]))
            .ToList();
        if (changes.Count > 0)
        {
            // From here on it may be written.
            _batch.ForEach(waiting => waiting.IsDoubtful = true);
            if (await store.TryAddAsync(changes))
            {
                changes.ForEach(change => Know(change.Key, change.Item2 + 1));
            }
            else
            {
                await Task.WhenAll(documents[true].Select(WriteDoubtfulAsync));
            }
        }

        foreach (var group in documents[false])
        {
            await WriteDoubtfulAsync(group);
        }

        await Task.WhenAll(_batch.GroupBy(waiting => waiting.Record.User, waiting => waiting.Record, StringComparer.Ordinal)
            .Select(group => budgets.WrittenAsync(group.Key, group)));
    }

    private bool IsNew(Waiting waiting) => !waiting.IsDoubtful && time.GetElapsedTime(waiting.Since) < SafeFor;

    private async Task WriteDoubtfulAsync(IGrouping<string, Waiting> group)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            // In this order: what is in neither is not written, as long as the document stays as it is.
            var document = await store.FindAsync(group.Key);
            var (epoch, pending) = await budgets.PendingAsync(group.First().Record.User, [.. group.Select(waiting => waiting.Record.Id)]);
            UsageRecord[] missing =
            [
                .. group.Where(waiting => document?.Recent.Contains(waiting.Record.Id) != true)
                    .Where(waiting => IsUnwritten(waiting, document, epoch, pending))
                    .Select(waiting => waiting.Record),
            ];
            var rev = document?.Rev ?? 0;
            if (missing.Length == 0 || await store.TryAddAsync([(group.Key, rev, missing)]))
            {
                Know(group.Key, missing.Length == 0 ? rev : rev + 1);
                return;
            }
        }

        throw new TimeoutException("A document of the usage changes too fast to be written.");
    }

    private static bool IsUnwritten(Waiting waiting, UsageDocument? document, string epoch, IReadOnlySet<string> pending) =>
        waiting.Record.Epoch == epoch ? pending.Contains(waiting.Record.Id)
        : !waiting.IsTaken || document?.Has(waiting.Record, epoch, UsageStore.Slack) != true;

    private void Know(string document, long rev)
    {
        lock (_revs)
        {
            if (_revs.Count >= MaxKnown)
            {
                _revs.Clear();
            }

            _revs[document] = rev;
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Debug, Message = "Usage waits to be written")]
    private static partial void LogWaiting(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "{Count} records of usage could not be written; they are tried again")]
    private static partial void LogRefused(ILogger logger, Exception exception, int count);

    private sealed record Waiting(UsageRecord Record, long Since, bool IsDoubtful, bool IsTaken)
    {
        public bool IsDoubtful { get; set; } = IsDoubtful;
    }
}
