namespace Chat.Bench;

/// <summary>Deliveries, and how long they took.</summary>
internal sealed class Tally
{
    private const int Step = 10_000; // 10 µs.
    private readonly int[] _counts = new int[1_000_000];

    internal long Count { get; private set; }

    internal void Add(long nanoseconds)
    {
        Count++;
        _counts[Math.Clamp(nanoseconds / Step, 0, _counts.Length - 1)]++;
    }

    internal void Clear()
    {
        Count = 0;
        Array.Clear(_counts);
    }

    /// <returns>In milliseconds.</returns>
    internal double Percentile(double share)
    {
        var (index, left) = (0, (long)Math.Ceiling(Count * share));
        while (index < _counts.Length - 1 && (left -= _counts[index]) > 0)
        {
            index++;
        }

        return (index + 1) * Step / 1e6;
    }
}
