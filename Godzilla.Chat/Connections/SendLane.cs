using System.Collections.Concurrent;

namespace Godzilla.Chat.Connections;

/// <summary>
/// Sends to many connections in turn, one lane for each processor. A message makes all connections of a room ready at once: an item of the
/// thread pool for each of them costs a tenth more processor time a delivery (bench/chat).
/// </summary>
internal sealed class SendLane : IThreadPoolWorkItem
{
    private static readonly SendLane[] Lanes = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new SendLane())];
    private static uint _next;

    private readonly ConcurrentQueue<IThreadPoolWorkItem> _ready = new();
    private int _isRunning;

    /// <returns>A lane for a new connection.</returns>
    public static SendLane Next() => Lanes[Interlocked.Increment(ref _next) % Lanes.Length];

    /// <summary>Sends soon, on another thread.</summary>
    /// <param name="connection">It must not wait while it sends: what cannot be sent at once it sends from elsewhere.</param>
    public void Add(IThreadPoolWorkItem connection)
    {
        _ready.Enqueue(connection);
        if (Interlocked.Exchange(ref _isRunning, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            while (_ready.TryDequeue(out var connection))
            {
                connection.Execute();
            }

            Interlocked.Exchange(ref _isRunning, 0);
        }
        while (!_ready.IsEmpty && Interlocked.Exchange(ref _isRunning, 1) == 0);
    }
}
