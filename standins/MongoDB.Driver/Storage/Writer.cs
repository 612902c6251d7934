#nullable enable
namespace MongoDB.Driver.Storage;

/// <summary>
/// The one thread that writes. It takes the store's write lock, carries out whatever waits, each within a savepoint of its own, commits
/// them together and only then answers; so many waiting writes share one flush to the disk. Callers wait without a thread.
/// </summary>
internal sealed class Writer : IDisposable
{
    internal const int BusyMilliseconds = 20;

    private const int BatchLimit = 256;
    private const int BatchMilliseconds = 20;

    private readonly Store _store;
    private readonly SemaphoreSlim _places;
    private readonly object _gate = new();
    private readonly LinkedList<Request> _queue = new();
    private Thread? _thread;
    private bool _disposed;
    private OpenFile? _file;

    // Why the requests in the queue still wait: null while the store is only busy.
    private volatile Exception? _obstacle;

    internal Writer(Store store, int places)
    {
        _store = store;
        _places = new SemaphoreSlim(places);
    }

    internal async Task<T> RunAsync<T>(Func<Session, T> work, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var limit = Deadline.After(timeout);

        // When every place is taken, callers wait for one without having been queued: nothing of theirs can be written.
        if (!await _places.WaitAsync(limit.Left, cancellationToken))
        {
            throw _obstacle is { } obstacle ? _store.NotFound(obstacle) : new MongoWaitQueueFullException(
                "The wait queue for writing to the document store is full.");
        }

        var request = new Request<T>(work);
        Enqueue(request);
        try
        {
            return await request.Task.WaitAsync(limit.Left, cancellationToken);
        }
        catch (TimeoutException)
        {
            if (Abandon(request))
            {
                throw _obstacle is { } obstacle
                    ? _store.NotFound(obstacle)
                    : StoreFaults.Slow(_store.Connection, timeout, "another process keeps its write lock; nothing was written");
            }
        }
        catch (OperationCanceledException)
        {
            Abandon(request);
            throw;
        }

        // It is being carried out, so its outcome is a moment away, unless the disk hangs.
        if (await Task.WhenAny(request.Task, Task.Delay(Deadline.After(timeout).Left, cancellationToken)) != request.Task)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw StoreFaults.Slow(_store.Connection, timeout, "its disk does not answer; whether the write was done is unknown");
        }

        return await request.Task;
    }

    public void Dispose()
    {
        Thread? thread;
        lock (_gate)
        {
            _disposed = true;
            thread = _thread;
            Monitor.PulseAll(_gate);
        }

        thread?.Join();
    }

    private void Enqueue(Request request)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, _store);
            if (_thread == null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = $"MongoDB {_store.Name} writer" };
                _thread.Start();
            }

            request.Node = _queue.AddLast(request);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes a request back.</summary>
    /// <returns>False when it is being carried out already.</returns>
    private bool Abandon(Request request)
    {
        lock (_gate)
        {
            if (request.Node == null)
            {
                return false;
            }

            _queue.Remove(request.Node);
            request.Node = null;
        }

        _places.Release();
        return true;
    }

    private Request? Take()
    {
        lock (_gate)
        {
            if (_queue.First is not { } first)
            {
                return null;
            }

            _queue.RemoveFirst();
            first.Value.Node = null;
            _places.Release();
            return first.Value;
        }
    }

    private void Run()
    {
        while (WaitForWork())
        {
            if (!TryBegin(out var pause))
            {
                // The waiting callers keep their own time and leave by themselves.
                Thread.Sleep(pause);
                continue;
            }

            CarryOut();
        }

        while (Take() is { } left)
        {
            left.Answer(new ObjectDisposedException(nameof(MongoClient)), _store);
        }

        _file?.Checkpoint();
        _file?.Dispose();
    }

    private bool WaitForWork()
    {
        lock (_gate)
        {
            while (_queue.Count == 0 && !_disposed)
            {
                Monitor.Wait(_gate);
            }

            return _queue.Count > 0 && !_disposed;
        }
    }

    private bool TryBegin(out int pause)
    {
        pause = 1;
        try
        {
            if (!_store.IsThere())
            {
                _obstacle = new DirectoryNotFoundException("the directory is gone");
                pause = BusyMilliseconds;
                return false;
            }

            _file = OpenFile.Use(_file, _store.File, create: true)!;
            _file.Connection.TrimStatements();
            _file.Connection.Execute("BEGIN IMMEDIATE");
            _obstacle = null;
            return true;
        }
        catch (SqliteFault fault)
        {
            _obstacle = fault.IsBusy ? null : fault;
            if (!fault.IsBusy)
            {
                _file?.Dispose();
                _file = null;
                pause = BusyMilliseconds;
            }

            return false;
        }
    }

    private void CarryOut()
    {
        var done = new List<Request>();
        Exception? broken = null;
        var started = Environment.TickCount64;
        while (done.Count < BatchLimit && Environment.TickCount64 - started < BatchMilliseconds && Take() is { } request)
        {
            done.Add(request);
            request.CarryOut(_file!);
            if (_file!.IsBroken || !_file.Connection.InTransaction)
            {
                // A full disk or a broken file ends the whole transaction, and with it what others had done in it.
                broken = new MongoConnectionException(_store.Connection, "The document store gave the transaction up.");
                break;
            }
        }

        try
        {
            if (broken == null)
            {
                _file!.Connection.Execute("COMMIT");
            }
        }
        catch (SqliteFault fault)
        {
            broken = StoreFaults.Broken(_store.Connection, fault);
        }

        if (broken != null)
        {
            _file!.Dispose();
            _file = null;
        }

        foreach (var request in done)
        {
            request.Answer(broken, _store);
        }
    }

    private abstract class Request
    {
        /// <summary>Where it waits; null once it is carried out or taken back.</summary>
        internal LinkedListNode<Request>? Node { get; set; }

        internal abstract void CarryOut(OpenFile file);

        internal abstract void Answer(Exception? broken, Store store);
    }

    private sealed class Request<T>(Func<Session, T> work) : Request
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;
        private Exception? _fault;

        internal Task<T> Task => _completion.Task;

        internal override void CarryOut(OpenFile file)
        {
            try
            {
                _result = file.Write(work);
            }
            catch (Exception fault)
            {
                // The writer serves everybody: whatever goes wrong in one request is that caller's.
                _fault = fault;
            }
        }

        internal override void Answer(Exception? broken, Store store)
        {
            var exception = _fault is SqliteFault fault ? StoreFaults.Broken(store.Connection, fault) : _fault ?? broken;
            if (exception != null)
            {
                _completion.SetException(exception);
            }
            else
            {
                _completion.SetResult(_result);
            }
        }
    }
}
