namespace Godzilla.Gateway.RateLimits;

/// <summary>
/// The requests of one session or address, on tokens that were taken from the shared bucket ahead of need. A request takes one here and
/// never waits. Where none is here and the shared bucket should have some, it goes on credit, which the next lease pays: for a client that
/// was not seen before, and while a lease is under way. No more than one lease's worth is ever on credit, so all replicas together let
/// through at most that much more each than the limit.
/// </summary>
internal sealed class LeasedBucket
{
    private const long Never = long.MaxValue;

    private readonly string _key;
    private readonly RequestLimit _owner;
    private readonly Lock _lock = new();
    private LocalBucket? _alone;
    private int _tokens;
    private int _credit;
    private int _wanted;
    private bool _isKnown;
    private double _left;
    private long _settledAt;
    private long _leaseAgainAt;
    private long _promisedAt = Never;
    private volatile bool _isLeasing;
    private volatile bool _isUsed = true;

    public LeasedBucket(string key, RequestLimit owner)
    {
        (_key, _owner) = (key, owner);
        (_left, _settledAt) = (owner.Limit.Burst, owner.Time.GetTimestamp());
    }

    /// <summary>Takes a token for a request.</summary>
    public bool TryTake()
    {
        if (!_isUsed)
        {
            _isUsed = true;
        }

        var left = Interlocked.Decrement(ref _tokens);
        if (left >= _owner.LowWater)
        {
            return true;
        }

        if (left < 0)
        {
            Interlocked.Increment(ref _tokens);
            return TryTakeOnCredit();
        }

        LeaseIfDue();
        return true;
    }

    /// <summary>Says when a refused client may come again. The first request from then on is let through, whatever others took meanwhile.</summary>
    /// <returns>Whole seconds from now on, and what is left now, as far as it is known here.</returns>
    public (TimeSpan Wait, double Left) Promise()
    {
        lock (_lock)
        {
            var now = _owner.Time.GetTimestamp();
            var left = Known(now) - _credit;
            var wait = TimeSpan.FromSeconds(RateLimitHeaders.Seconds(_owner.Current.TimeFor(1 - left)));
            if (_promisedAt == Never)
            {
                _promisedAt = now + (long)(wait.TotalSeconds * _owner.Time.TimestampFrequency);
            }

            return (wait, Math.Min(0, left));
        }
    }

    /// <summary>Whether it was used since the last call.</summary>
    public bool WasUsed()
    {
        var wasUsed = _isUsed || _isLeasing;
        _isUsed = false;
        return wasUsed;
    }

    private bool TryTakeOnCredit()
    {
        bool isAllowed;
        lock (_lock)
        {
            var now = _owner.Time.GetTimestamp();
            var wasPromised = now >= _promisedAt;
            _promisedAt = wasPromised ? Never : _promisedAt;
            isAllowed = wasPromised || _credit + 1 <= Creditable(now);
            _credit += isAllowed ? 1 : 0;
        }

        LeaseIfDue();
        return isAllowed;
    }

    // What is being leased is not lent as well. Of a client that was not seen before only the local start is lent.
    private double Creditable(long now) => _isKnown ? Math.Min(_owner.Lease, Known(now) - _wanted) : _owner.Lease;

    // What the shared bucket had, and what came back since then.
    private double Known(long now) =>
        Math.Min(_left + (_owner.Time.GetElapsedTime(_settledAt, now).TotalSeconds * _owner.Current.PerSecond), _owner.Current.Burst);

    private void LeaseIfDue()
    {
        if (_isLeasing)
        {
            return;
        }

        int owed, wanted;
        lock (_lock)
        {
            if (_isLeasing || _owner.Time.GetTimestamp() < _leaseAgainAt)
            {
                return;
            }

            _isLeasing = true;
            owed = _credit;
            wanted = _isKnown ? _owner.Lease - Math.Max(0, Volatile.Read(ref _tokens)) : Math.Min(_owner.Lease, _owner.Limit.Burst - _owner.Lease);
            _wanted = wanted;
        }

        _ = LeaseAsync(owed, wanted);
    }

    private async Task LeaseAsync(int owed, int wanted)
    {
        try
        {
            var answer = await TakeSharedAsync(owed, wanted) ?? TakeAlone(owed, wanted);
            lock (_lock)
            {
                _credit -= owed;
                (_isKnown, _wanted) = (true, 0);
                (_left, _settledAt) = (answer.Left, _owner.Time.GetTimestamp());

                // An empty bucket is not asked at every request of a client that is over the limit.
                _leaseAgainAt = answer.Taken < wanted ? _settledAt + _owner.PauseTicks : _settledAt;
                Interlocked.Add(ref _tokens, answer.Taken);
            }
        }
        finally
        {
            _isLeasing = false;
        }
    }

    private async ValueTask<BucketAnswer?> TakeSharedAsync(int owed, int wanted)
    {
        if (_owner.Replicas.IsDegraded)
        {
            return null;
        }

        try
        {
            var answer = await _owner.Buckets.TakeAsync(_key, _owner.Limit, owed, wanted);
            _owner.Metrics.Leased(shared: true);
            return answer;
        }
        catch (Exception exception) when (_owner.Failures.Match(exception))
        {
            _owner.Replicas.Lose();
            return null;
        }
    }

    private BucketAnswer TakeAlone(int owed, int wanted)
    {
        _owner.Metrics.Leased(shared: false);
        return (_alone ??= new LocalBucket(_owner.Time)).Take(_owner.Current, owed, wanted);
    }
}
