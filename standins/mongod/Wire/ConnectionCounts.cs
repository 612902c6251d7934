namespace Mongod.Wire;

/// <summary>How many connections there are and were.</summary>
internal sealed class ConnectionCounts(int limit)
{
    private int _current;
    private long _total;
    private long _rejected;

    internal int Current => Volatile.Read(ref _current);

    internal long Total => Volatile.Read(ref _total);

    internal long Rejected => Volatile.Read(ref _rejected);

    /// <summary>Counts a new connection.</summary>
    /// <returns>Its number, or null if there are as many as there may be.</returns>
    internal long? TryAdd()
    {
        if (Interlocked.Increment(ref _current) <= limit)
        {
            return Interlocked.Increment(ref _total);
        }

        Interlocked.Decrement(ref _current);
        Interlocked.Increment(ref _rejected);
        return null;
    }

    internal void Remove() => Interlocked.Decrement(ref _current);
}
