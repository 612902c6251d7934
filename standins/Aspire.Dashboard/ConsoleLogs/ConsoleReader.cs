using System.Collections.Concurrent;
using Aspire.Dashboard.Resources;
using Grpc.Core;

namespace Aspire.Dashboard.ConsoleLogs;

/// <summary>Reads the logs of one resource, or of all, as long as somebody looks at them.</summary>
internal sealed class ConsoleReader(ResourceClient client) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<string, Task> _readers = new(StringComparer.OrdinalIgnoreCase);

    public ConsoleLines Lines { get; } = new(ConsoleLines.DefaultCapacity);

    public Signal Changed { get; } = new();

    /// <summary>Reads a resource's log too.</summary>
    public void Read(string resourceId) => _ = _readers.GetOrAdd(resourceId, id => Task.Run(() => ReadAsync(id)));

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_readers.Values);
        _ending.Dispose();
    }

    private async Task ReadAsync(string id)
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                await foreach (var lines in client.WatchLogAsync(id, _ending.Token))
                {
                    Lines.Add(lines.Select(l => ConsoleLine.Parse(id, l.LineNumber, l.Text, l.IsStdErr)));
                    Changed.Raise();
                }
            }
            catch (Exception exception) when (exception is RpcException or OperationCanceledException or IOException)
            {
                // The app host is away, or the page is left.
            }

            // A new stream begins with the first line.
            await Task.WhenAny(Task.Delay(Pause, _ending.Token));
            if (!_ending.IsCancellationRequested)
            {
                Lines.Remove(id);
            }
        }
    }
}
