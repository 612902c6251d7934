using System.Collections.Concurrent;
using Godzilla.Chat.Messages;
using Godzilla.ServiceDefaults.Errors;
using Microsoft.Extensions.Options;
using MongoDB.Bson;

namespace Godzilla.Chat.Discussions;

/// <summary>
/// Records the newest message of each discussion with the discussion, and that its sender has read up to it, behind the senders: it is derived,
/// and nobody waits for it. While the store is away it is kept, and the newest wins.
/// </summary>
internal sealed partial class NewestMessages(
    DiscussionStore discussions, ReadCursorStore reads, IOptions<DependencyFailures> failures, TimeProvider time, ILogger<NewestMessages> logger) : BackgroundService
{
    private static readonly TimeSpan RecordEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ObjectId, Message> _newest = new();
    private readonly ConcurrentDictionary<ObjectId, Message> _changed = new();
    private readonly ConcurrentDictionary<(DiscussionId Discussion, string User), long> _read = new();

    /// <param name="batch">Stored messages of one discussion, in their order.</param>
    public void Note(IReadOnlyList<Message> batch)
    {
        foreach (var message in batch)
        {
            _read.AddOrUpdate((new(message.DiscussionId), message.UserId), message.Seq, (_, before) => Math.Max(before, message.Seq));
        }

        var newest = batch[^1];
        if (newest.DiscussionId != DiscussionId.Lobby.Value)
        {
            _newest.AddOrUpdate(newest.DiscussionId, newest, (_, before) => before.Seq > newest.Seq ? before : newest);
        }
    }

    /// <param name="changed">A changed message.</param>
    public void NoteChange(Message changed)
    {
        if (changed.DiscussionId != DiscussionId.Lobby.Value)
        {
            _changed.AddOrUpdate(changed.Id, changed, (_, before) => before.Rev > changed.Rev ? before : changed);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryRecordAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = await TryRecordAsync() ? RecordEvery : RetryAfter;
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryRecordAsync()
    {
        var (noted, read, changed) = (_newest.ToArray(), _read.ToArray(), _changed.ToArray());
        try
        {
            if (read.Length > 0)
            {
                await reads.AdvanceAsync(read.Select(entry => (entry.Key.Discussion, entry.Key.User, entry.Value)));
                Array.ForEach(read, entry => _read.TryRemove(entry));
            }

            if (noted.Length > 0)
            {
                await discussions.SetLastMessagesAsync(noted.Select(entry => entry.Value));
                Array.ForEach(noted, entry => _newest.TryRemove(entry));
            }

            if (changed.Length > 0)
            {
                await discussions.SetChangesAsync(changed.Select(entry => entry.Value));
                Array.ForEach(changed, entry => _changed.TryRemove(entry));
            }

            return true;
        }
        catch (Exception exception)
        {
            // Whatever it is: nobody waits for this, and without it the service would end.
            if (failures.Value.Match(exception))
            {
                LogNotRecorded(logger, noted.Length, exception.GetType().Name);
            }
            else
            {
                LogFailed(logger, exception);
            }

            return false;
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "The newest messages of {Count} discussions are not recorded yet: {Exception}")]
    private static partial void LogNotRecorded(ILogger logger, int count, string exception);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "The newest messages are not recorded")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
