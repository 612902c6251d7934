using System.Collections.Concurrent;

namespace Godzilla.Gateway.RateLimits;

/// <summary>The buckets of the clients that are active, by what tells them apart.</summary>
/// <typeparam name="TKey">A client address or a session's id.</typeparam>
internal sealed class BucketTable<TKey>(int maxCount, Func<TKey, LeasedBucket> create)
    where TKey : notnull
{
    // Evicting a little more than needed makes eviction rare.
    private const double KeptOnEviction = 0.9;

    private readonly ConcurrentDictionary<TKey, LeasedBucket> _buckets = new();

    public int Count => _buckets.Count;

    public LeasedBucket Find(TKey key) => _buckets.TryGetValue(key, out var bucket) ? bucket : Add(key);

    /// <summary>Forgets the buckets that were not used since the last call.</summary>
    public void Sweep()
    {
        foreach (var entry in _buckets)
        {
            if (!entry.Value.WasUsed())
            {
                _buckets.TryRemove(entry);
            }
        }
    }

    private LeasedBucket Add(TKey key)
    {
        var excess = _buckets.Count - maxCount;
        if (excess >= 0)
        {
            Evict(excess + (int)(maxCount * (1 - KeptOnEviction)));
        }

        return _buckets.GetOrAdd(key, create);
    }

    // Any will do: Redis still knows how much they have used.
    private void Evict(int count)
    {
        foreach (var entry in _buckets.Take(count))
        {
            _buckets.TryRemove(entry);
        }
    }
}
