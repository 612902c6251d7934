using System.Threading.Channels;
using Godzilla.Inference.Generation;
using Godzilla.Inference.OpenAI;

namespace Godzilla.Inference.Resumption;

/// <summary>A completion that is generated here whoever listens. Its events are in the log before anybody gets them.</summary>
internal sealed class CompletionRun(string id, string name, CompletionJob job, CompletionLog log, TimeProvider time) : ICompletionSink
{
    private const int MaxQueued = 1024;
    private const int MaxBatch = 256;

    // Past its bound the generation waits for Redis.
    private readonly Channel<(EventKind Kind, byte[] Payload)> _queue =
        Channel.CreateBounded<(EventKind Kind, byte[] Payload)>(new BoundedChannelOptions(MaxQueued) { SingleReader = true });

    private readonly Dictionary<string, string> _headers = new(StringComparer.Ordinal);
    private TaskCompletionSource _appended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasBegun;

    public string Id => id;

    /// <summary>Ends with the next entry of the log.</summary>
    public Task Appended => Volatile.Read(ref _appended).Task;

    public void SetHeader(string name, string value)
    {
        if (!_hasBegun)
        {
            _headers[name] = value;
        }
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            await _queue.Writer.WriteAsync((EventKind.Head, JsonOf(_headers)), cancellationToken);
        }

        await _queue.Writer.WriteAsync((EventKind.Data, json.ToArray()), cancellationToken);
    }

    /// <summary>Generates to the end.</summary>
    /// <param name="runner">Generates.</param>
    /// <param name="errors">Says what clients are told of a failure.</param>
    /// <param name="leaseEvery">How often this replica says that it lives.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RunAsync(CompletionRunner runner, CompletionErrors errors, TimeSpan leaseEvery, CancellationToken cancellationToken)
    {
        // Nobody would learn of events that cannot be kept, so their loss stops the generation.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var (append, lease) = (AppendAsync(stop), RenewAsync(leaseEvery, stop.Token));
        try
        {
            await runner.RunAsync(job, this, stop.Token);
            await _queue.Writer.WriteAsync((EventKind.End, []), stop.Token);
        }
        catch (Exception exception)
        {
            var error = exception is OperationCanceledException && stop.IsCancellationRequested ? OpenAIErrors.Interrupted() : errors.Of(exception, job);

            // Nothing was generated: the same key may try again.
            if (!_hasBegun)
            {
                await log.ReleaseAsync(name, id);
            }

            await _queue.Writer.WriteAsync((EventKind.Error, JsonOf(RecordedError.Of(error))), CancellationToken.None);
        }
        finally
        {
            _queue.Writer.Complete();
            await append;
            await stop.CancelAsync();
            await lease;
        }
    }

    private async Task AppendAsync(CancellationTokenSource stop)
    {
        List<EventEntry> entries = [];
        long number = 0;
        try
        {
            while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
            {
                entries.Clear();
                while (entries.Count < MaxBatch && _queue.Reader.TryRead(out var next))
                {
                    entries.Add(new EventEntry(++number, next.Kind, next.Payload));
                }

                await log.AppendAsync(id, entries);
                if (entries[^1].Kind is EventKind.End or EventKind.Error)
                {
                    await log.ExpireAsync(name, id);
                }

                Interlocked.Exchange(ref _appended, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            }
        }
        catch
        {
            await stop.CancelAsync();

            // The generation may wait for room.
            while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
            {
                _queue.Reader.TryRead(out _);
            }

            throw;
        }
    }

    private async Task RenewAsync(TimeSpan every, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(every, time);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(cancellationToken);
                await log.RenewAsync(id);
            }
            catch (OperationCanceledException)
            {
                // The end, or a command that Redis's client gave up: the next comes soon.
            }
            catch (Exception exception) when (exception is TimeoutException or StackExchange.Redis.RedisException)
            {
                // The next comes soon.
            }
        }
    }

    private static byte[] JsonOf(Dictionary<string, string> headers) =>
        System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(headers, EventJson.Default.DictionaryStringString);

    private static byte[] JsonOf(RecordedError error) =>
        System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(error, EventJson.Default.RecordedError);
}
