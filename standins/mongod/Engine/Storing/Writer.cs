using Mongod.Commands;

namespace Mongod.Engine.Storing;

/// <summary>
/// The one thread that writes to a file. It carries out whatever waits, each request within a savepoint of its own, commits them together
/// and only then answers; so many waiting writes share one flush to the disk. Callers wait without a thread.
/// </summary>
internal sealed class Writer(Database database) : IDisposable
{
    private const int BatchLimit = 512;
    private const int BatchMilliseconds = 20;

    // Readers that are always there keep SQLite from starting its log anew; past the larger size they are held back for a moment.
    private const long CheckpointBytes = 4 * 1024 * 1024;
    private const long TruncateBytes = 64 * 1024 * 1024;
    private static readonly TimeSpan TruncatePatience = TimeSpan.FromSeconds(1);

    private readonly Lock _starting = new();
    private readonly object _gate = new();
    private readonly Queue<Request> _queue = new();
    private Thread? _thread;
    private bool _disposed;
    private OpenFile? _file;
    private long _truncateAt = TruncateBytes;

    internal Task<T> RunAsync<T>(Func<Session, T> work, Deadline deadline, CancellationToken cancellationToken)
    {
        var request = new Request<T>(work, deadline, cancellationToken);
        lock (_gate)
        {
            if (_disposed)
            {
                throw new CommandException(91, "ShutdownInProgress", "The server is shutting down");
            }

            _queue.Enqueue(request);
            Monitor.Pulse(_gate);
        }

        if (_thread == null)
        {
            Start();
        }

        return request.Task;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Monitor.PulseAll(_gate);
        }

        _thread?.Join();
        _file?.Dispose();
    }

    private void Start()
    {
        lock (_starting)
        {
            if (_thread == null)
            {
                var thread = new Thread(Run) { IsBackground = true, Name = $"{database.Name} writer" };
                thread.Start();
                _thread = thread;
            }
        }
    }

    private void Run()
    {
        while (WaitForWork())
        {
            var done = CarryOut(Take);
            if (done.Count > 0)
            {
                // The commit failed. One request may be what no longer fits on the disk, so each gets a commit of its own.
                foreach (var request in done)
                {
                    var only = request;
                    CarryOut(() => Interlocked.Exchange(ref only, null), isRetry: true);
                }
            }

            Checkpoint();
        }

        Finish();
    }

    private bool WaitForWork()
    {
        lock (_gate)
        {
            while (_queue.Count == 0 && !_disposed)
            {
                Monitor.Wait(_gate);
            }

            return _queue.Count > 0;
        }
    }

    private Request? Take()
    {
        lock (_gate)
        {
            return _queue.TryDequeue(out var request) ? request : null;
        }
    }

    /// <summary>Carries out requests, commits them and answers them.</summary>
    /// <returns>The requests that are to be tried one by one.</returns>
    private List<Request> CarryOut(Func<Request?> take, bool isRetry = false)
    {
        var done = new List<Request>();
        Exception? failure = null;
        try
        {
            _file ??= new OpenFile(database, create: true);
            _file.Connection.TrimStatements();
            _file.Connection.Execute("BEGIN IMMEDIATE");
            var started = Environment.TickCount64;
            while (done.Count < BatchLimit && Environment.TickCount64 - started < BatchMilliseconds && take() is { } request)
            {
                done.Add(request);
                request.CarryOut(_file);
                if (_file.IsBroken || !_file.Connection.InTransaction)
                {
                    // Some failures end the whole transaction, and with it what others had done in it.
                    failure = request.Failure ?? new CommandException(96, "OperationFailed", "The storage engine gave the transaction up");
                    break;
                }
            }

            if (failure == null)
            {
                _file.Connection.Execute("COMMIT");
            }
        }
        catch (Exception fault) when (fault is SqliteFault or CommandException)
        {
            failure = fault;
        }

        if (failure != null)
        {
            _file?.Dispose();
            _file = null;
            if (done.Count == 0 && take() is { } first)
            {
                done.Add(first); // The file did not even open.
            }

            if (done.Count > 1 && !isRetry)
            {
                return done;
            }
        }

        foreach (var request in done)
        {
            request.Answer(failure);
        }

        return [];
    }

    private void Checkpoint()
    {
        try
        {
            var log = new FileInfo(database.Path + "-wal");
            if (_file == null || !log.Exists || log.Length < CheckpointBytes)
            {
                return;
            }

            if (log.Length >= _truncateAt)
            {
                database.WithoutReaders(() => _file.Connection.Checkpoint(truncate: true), TruncatePatience);
                log.Refresh();
                _truncateAt = log.Length + TruncateBytes;
            }
            else
            {
                _file.Connection.Checkpoint(truncate: false);
            }
        }
        catch (Exception fault) when (fault is SqliteFault or IOException)
        {
            // The log is as durable as the file; a later checkpoint does it.
        }
    }

    private void Finish()
    {
        try
        {
            _file?.Connection.Checkpoint(truncate: true);
        }
        catch (SqliteFault)
        {
            // Whoever opens the file next reads the log.
        }
    }

    private abstract class Request
    {
        internal abstract Exception? Failure { get; }

        internal abstract void CarryOut(OpenFile file);

        internal abstract void Answer(Exception? failure);
    }

    private sealed class Request<T>(Func<Session, T> work, Deadline deadline, CancellationToken cancellationToken) : Request
    {
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;
        private Exception? _failure;

        internal Task<T> Task => _completion.Task;

        internal override Exception? Failure => _failure;

        internal override void CarryOut(OpenFile file)
        {
            _failure = null;
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                deadline.Check();
                _result = file.Write(work);
            }
            catch (Exception fault)
            {
                // The writer serves everybody: whatever goes wrong in one request is that caller's.
                _failure = fault;
            }
        }

        internal override void Answer(Exception? failure)
        {
            if ((_failure ?? failure) is { } exception)
            {
                _completion.SetException(exception is SqliteFault fault ? Database.Translate(fault) : exception);
            }
            else
            {
                _completion.SetResult(_result);
            }
        }
    }
}
