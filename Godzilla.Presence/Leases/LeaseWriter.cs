using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Godzilla.Presence.Watching;
using Godzilla.ServiceDefaults.Errors;
using Godzilla.ServiceDefaults.Telemetry;

namespace Godzilla.Presence.Leases;

/// <summary>
/// Writes to the store in batches: while one is under way, what comes meanwhile makes the next. So many callers at once cost one round
/// trip, and one caller alone waits for nobody.
/// </summary>
internal sealed class LeaseWriter(PresenceStore store, PresenceImage image, TimeProvider time) : BackgroundService
{
    private const int MaxBatch = 2000;
    private const int MaxWaiting = 32;
    private static readonly ActivitySource Source = new("Godzilla.Presence");

    private readonly Lock _gate = new();

    // Past its bound the store is far behind, and callers are told so at once.
    private readonly Channel<Batch> _waiting = Channel.CreateBounded<Batch>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    private Batch? _open;

    /// <summary>Does operations in their order, after all that were given before.</summary>
    /// <returns>The version at which the image has them; it has reached it already.</returns>
    /// <exception cref="TimeoutException">The store does not answer: they may or may not have been done.</exception>
    public Task<long> WriteAsync(params ReadOnlySpan<Operation> operations)
    {
        lock (_gate)
        {
            if (_open is not { } batch || batch.Count + operations.Length > MaxBatch)
            {
                batch = new Batch(time.GetTimestamp());
                if (!_waiting.Writer.TryWrite(batch))
                {
                    return Task.FromException<long>(new TimeoutException("Too much waits for the store."));
                }

                _open = batch;
            }

            foreach (var operation in operations)
            {
                batch.Add(operation);
            }

            if (Source.HasListeners() && Activity.Current is { } caller)
            {
                batch.AddCaller(caller.Context);
            }

            return batch.Done;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // It ends with the process: what is acknowledged while the service shuts down is written.
        await foreach (var batch in _waiting.Reader.ReadAllAsync(CancellationToken.None))
        {
            lock (_gate)
            {
                if (_open == batch)
                {
                    _open = null;
                }
            }

            await WriteAsync(batch);
        }
    }

    public override Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        return base.StopAsync(cancellationToken);
    }

    private async Task WriteAsync(Batch batch)
    {
        using var activity = Source.StartShared("write leases", batch.Callers, batch.Count);
        // Counted from its first caller, who waited for the batch before.
        var left = TimeoutExtensions.DependencyLimit - time.GetElapsedTime(batch.Since);
        try
        {
            if (left <= TimeSpan.Zero)
            {
                throw new TimeoutException("The store did not answer those before.");
            }

            var (version, message) = await store.UpdateAsync(batch.Operations, left);
            image.Receive(message);
            if (image.Version < version)
            {
                // A change of another replica, which comes before, is on its way.
                _ = FinishAsync(batch, version);
                return;
            }

            batch.Finish(version);
        }
        catch (Exception exception)
        {
            activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", exception.GetType().FullName);
            batch.Fail(exception);
        }
    }

    private async Task FinishAsync(Batch batch, long version)
    {
        try
        {
            await image.ReachAsync(version);
            batch.Finish(version);
        }
        catch (Exception exception)
        {
            batch.Fail(exception);
        }
    }

    private sealed class Batch(long since)
    {
        private readonly TaskCompletionSource<long> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly List<Operation> _operations = [];
        private readonly HashSet<ActivityContext> _callers = [];

        // Where in the batch a user's typing in a discussion is; none from before a connection ended.
        private readonly Dictionary<(string User, string Id), int> _typing = [];

        public long Since => since;

        public int Count => _operations.Count;

        public IReadOnlyList<Operation> Operations => _operations;

        /// <summary>The spans of those who wait for it.</summary>
        public IReadOnlyCollection<ActivityContext> Callers => _callers;

        public Task<long> Done => _done.Task;

        public void Add(in Operation operation)
        {
            if (!operation.IsTyping)
            {
                _typing.Clear();
                _operations.Add(operation);
                return;
            }

            // Of what one user says in one batch the last counts.
            ref var at = ref CollectionsMarshal.GetValueRefOrAddDefault(_typing, (operation.User, operation.Id), out var isThere);
            if (isThere)
            {
                _operations[at] = operation;
                return;
            }

            at = _operations.Count;
            _operations.Add(operation);
        }

        public void AddCaller(ActivityContext caller) => _callers.Add(caller);

        public void Finish(long version) => _done.SetResult(version);

        public void Fail(Exception exception)
        {
            _done.SetException(exception);
            _ = _done.Task.Exception; // The callers may have left.
        }
    }
}
