using System.Diagnostics.CodeAnalysis;
using Godzilla.ServiceDefaults.Identity;
using Microsoft.Extensions.Options;

namespace Godzilla.Accounts.Passwords;

/// <summary>
/// Computes hashes on threads of its own, so that requests which need none keep the thread pool. What waits is bounded, in total and for
/// one address; past a bound a caller is refused at once. Addresses take turns: the one that was served longest ago is next, so whoever asks
/// for the first time does not wait behind those who ask again and again.
/// </summary>
internal sealed class HashingQueue : IDisposable
{
    // An address that was not served among the last so many hashes counts as new. It bounds what is kept, and how long new addresses can hold up an old one.
    private const int Memory = 256;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _available = new(0);
    private readonly Dictionary<string, Lane> _lanes = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Lane, (long ServedAt, long Arrival)> _turns = new();
    private readonly Queue<(Lane Lane, long ServedAt)> _served = new();
    private readonly int _maxWaiting;
    private readonly int _maxWaitingPerAddress;
    private readonly HashingMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Thread[] _workers;
    private int _waiting;
    private long _hashes;
    private long _arrivals;
    private volatile bool _isDisposed;

    public HashingQueue(IOptions<PasswordOptions> options, HashingMetrics metrics, TimeProvider time)
        : this(options.Value, metrics, time, Math.Max(1, Environment.ProcessorCount - 1))
    {
    }

    internal HashingQueue(PasswordOptions options, HashingMetrics metrics, TimeProvider time, int workers)
    {
        (_maxWaiting, _maxWaitingPerAddress, _metrics, _time) = (options.MaxWaiting, options.MaxWaitingPerAddress, metrics, time);
        _workers = [.. Enumerable.Range(0, workers).Select(number => new Thread(Work) { IsBackground = true, Name = $"hashing {number}" })];
        foreach (var worker in _workers)
        {
            worker.Start();
        }
    }

    /// <summary>Runs <paramref name="work"/> when it is the address's turn.</summary>
    /// <exception cref="HashingBusyException">Too many wait, in total or for this address.</exception>
    /// <exception cref="OperationCanceledException">The caller left before it was its turn: the work was not done.</exception>
    public async Task<T> RunAsync<T>(string address, Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var item = new Item<T>(work, _time.GetTimestamp());
        var place = Add(ClientNetwork.Of(address), item);
        await using var registration = cancellationToken.UnsafeRegister(_ => Drop(place, cancellationToken), state: null);
        return await item.Result;
    }

    /// <summary>Takes an address for one that asks for the first time: what was hashed for it was no guess.</summary>
    public void Forgive(string address)
    {
        lock (_gate)
        {
            if (_lanes.TryGetValue(ClientNetwork.Of(address), out var lane))
            {
                lane.ServedAt = 0;
            }
        }
    }

    /// <summary>Puts an address behind those that have not been served: it guesses.</summary>
    public void Defer(string address)
    {
        address = ClientNetwork.Of(address);
        lock (_gate)
        {
            if (!_lanes.TryGetValue(address, out var lane))
            {
                _lanes[address] = lane = new Lane(address);
            }

            if (lane.ServedAt < _hashes)
            {
                lane.ServedAt = _hashes;
                _served.Enqueue((lane, lane.ServedAt));
            }
            else if (_hashes == 0)
            {
                ForgetIfOld(lane);
            }
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        _available.Release(_workers.Length);
        foreach (var worker in _workers)
        {
            worker.Join();
        }

        _available.Dispose();
        foreach (var item in _lanes.Values.SelectMany(lane => lane.Items))
        {
            item.Cancel(CancellationToken.None);
        }
    }

    private (Lane Lane, LinkedListNode<Item> Node) Add(string address, Item item)
    {
        lock (_gate)
        {
            var lane = _lanes.GetValueOrDefault(address) ?? new Lane(address);
            if (_waiting == _maxWaiting || lane.Items.Count == _maxWaitingPerAddress)
            {
                throw new HashingBusyException();
            }

            _lanes[address] = lane;
            _waiting++;
            _metrics.Queued();
            var node = lane.Items.AddLast(item);
            Enqueue(lane);
            _available.Release();
            return (lane, node);
        }
    }

    private void Drop((Lane Lane, LinkedListNode<Item> Node) place, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (place.Node.List is null)
            {
                return; // It has begun.
            }

            Remove(place.Lane, place.Node);
        }

        place.Node.Value.Cancel(cancellationToken);
    }

    private void Remove(Lane lane, LinkedListNode<Item> node)
    {
        lane.Items.Remove(node);
        _waiting--;
        _metrics.Left();
    }

    private void Enqueue(Lane lane)
    {
        if (!lane.IsWaiting)
        {
            lane.IsWaiting = true;
            _turns.Enqueue(lane, (Math.Max(lane.ServedAt, _hashes - Memory), _arrivals++));
        }
    }

    private void Work()
    {
        while (true)
        {
            _available.Wait();
            if (_isDisposed)
            {
                return;
            }

            if (TryTake(out var item))
            {
                _metrics.Started(_time.GetElapsedTime(item.QueuedAt));
                item.Run();
            }
        }
    }

    private bool TryTake([NotNullWhen(true)] out Item? item)
    {
        lock (_gate)
        {
            while (_turns.TryDequeue(out var lane, out _))
            {
                lane.IsWaiting = false;
                if (lane.Items.First is { } first)
                {
                    item = first.Value;
                    Remove(lane, first);
                    lane.ServedAt = ++_hashes;
                    _served.Enqueue((lane, lane.ServedAt));
                    if (lane.Items.Count > 0)
                    {
                        Enqueue(lane);
                    }

                    Forget();
                    return true;
                }

                ForgetIfOld(lane);
            }
        }

        item = null;
        return false;
    }

    private void Forget()
    {
        while (_served.TryPeek(out var oldest) && oldest.ServedAt <= _hashes - Memory)
        {
            _served.Dequeue();
            ForgetIfOld(oldest.Lane);
        }
    }

    private void ForgetIfOld(Lane lane)
    {
        if (!lane.IsWaiting && (lane.ServedAt == 0 || lane.ServedAt <= _hashes - Memory))
        {
            _lanes.Remove(lane.Address);
        }
    }

    /// <summary>What waits for one address.</summary>
    private sealed class Lane(string address)
    {
        public string Address => address;

        public LinkedList<Item> Items { get; } = [];

        public bool IsWaiting { get; set; }

        /// <summary>The number of the last hash that was for it; 0: none.</summary>
        public long ServedAt { get; set; }
    }

    private abstract class Item(long queuedAt)
    {
        public long QueuedAt => queuedAt;

        public abstract void Run();

        public abstract void Cancel(CancellationToken cancellationToken);
    }

    private sealed class Item<T>(Func<T> work, long queuedAt) : Item(queuedAt)
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Result => _result.Task;

        public override void Run()
        {
            try
            {
                _result.SetResult(work());
            }
            catch (Exception exception)
            {
                _result.SetException(exception);
            }
        }

        public override void Cancel(CancellationToken cancellationToken) => _result.TrySetCanceled(cancellationToken);
    }
}
