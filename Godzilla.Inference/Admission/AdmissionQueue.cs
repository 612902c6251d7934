namespace Godzilla.Inference.Admission;

/// <summary>
/// Lets a bounded number of a model's requests run and a bounded number wait. Those that wait get their turn key by key, so that a key with
/// a thousand requests delays one with a single request by one turn.
/// </summary>
/// <param name="running">How many run at once.</param>
/// <param name="waiting">How many wait.</param>
internal sealed class AdmissionQueue(int running, int waiting)
{
    private readonly Lock _lock = new();

    // Keys with waiting requests, in the order of their turns; each key's requests in the order in which they came.
    private readonly LinkedList<Line> _turns = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private int _running;
    private int _waiting;

    /// <summary>How many run now.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>How many wait now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Waits for a turn.</summary>
    /// <param name="key">Whose request it is.</param>
    /// <param name="cancellationToken">Leaves the queue.</param>
    /// <returns>The turn, to be disposed of at its end; <see langword="null"/> if the queue is full.</returns>
    public async Task<Turn?> EnterAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_lock)
        {
            if (_running < running)
            {
                _running++;
                return new Turn(this);
            }

            if (Enqueue(key) is not { } enqueued)
            {
                return null;
            }

            waiter = enqueued;
        }

        await using (cancellationToken.UnsafeRegister(static (state, token) => ((Waiter)state!).Cancel(token), waiter))
        {
            return await waiter.Result.Task ? new Turn(this) : null;
        }
    }

    private Waiter? Enqueue(string key)
    {
        _lines.TryGetValue(key, out var line);
        if (_waiting >= waiting)
        {
            var longest = _turns.Count == 0 ? null : _turns.MaxBy(other => other.Waiters.Count);
            if (longest is null || longest.Waiters.Count <= (line?.Waiters.Count ?? 0) + 1)
            {
                return null;
            }

            var last = longest.Waiters.Last!.Value;
            Remove(last);
            last.Result.TrySetResult(false);
        }

        if (line is null)
        {
            line = new Line(key);
            _lines.Add(key, line);
            _turns.AddLast(line.Node);
        }

        var waiter = new Waiter(this, line);
        line.Waiters.AddLast(waiter.Node);
        _waiting++;
        return waiter;
    }

    private void Leave()
    {
        lock (_lock)
        {
            // The place goes to the next who still waits for it.
            while (_turns.First is { } first)
            {
                var line = first.Value;
                var next = line.Waiters.First!.Value;
                Remove(next);
                if (line.Waiters.Count > 0)
                {
                    _turns.Remove(line.Node);
                    _turns.AddLast(line.Node);
                }

                if (next.Result.TrySetResult(true))
                {
                    return;
                }
            }

            _running--;
        }
    }

    private void Remove(Waiter waiter)
    {
        var line = waiter.Line;
        line.Waiters.Remove(waiter.Node);
        _waiting--;
        if (line.Waiters.Count == 0)
        {
            _lines.Remove(line.Key);
            _turns.Remove(line.Node);
        }
    }

    private void Cancel(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (waiter.Node.List is not null)
            {
                Remove(waiter);
                waiter.Result.TrySetCanceled(cancellationToken);
            }
        }
    }

    /// <summary>A place among those that run.</summary>
    internal sealed class Turn(AdmissionQueue queue) : IDisposable
    {
        private AdmissionQueue? _queue = queue;

        public void Dispose() => Interlocked.Exchange(ref _queue, null)?.Leave();
    }

    private sealed class Line
    {
        public Line(string key) => (Key, Node) = (key, new LinkedListNode<Line>(this));

        public string Key { get; }

        public LinkedListNode<Line> Node { get; }

        public LinkedList<Waiter> Waiters { get; } = new();
    }

    private sealed class Waiter
    {
        private readonly AdmissionQueue _queue;

        public Waiter(AdmissionQueue queue, Line line) => (_queue, Line, Node) = (queue, line, new LinkedListNode<Waiter>(this));

        public Line Line { get; }

        public LinkedListNode<Waiter> Node { get; }

        // Who is let in runs on its own thread, not under the lock of who left.
        public TaskCompletionSource<bool> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Cancel(CancellationToken cancellationToken) => _queue.Cancel(this, cancellationToken);
    }
}
