namespace Aspire.Dashboard.ConsoleLogs;

/// <summary>The newest lines of some resources, by time.</summary>
internal sealed class ConsoleLines(int capacity)
{
    /// <summary>As many as Aspire keeps.</summary>
    public const int DefaultCapacity = 10_000;

    private readonly Lock _lock = new();
    private readonly List<ConsoleLine> _lines = [];

    public void Add(IEnumerable<ConsoleLine> lines)
    {
        lock (_lock)
        {
            foreach (var line in lines)
            {
                // Nearly always at the end. Only the past of several resources comes one after another.
                var index = _lines.Count;
                if (index > 0 && _lines[^1].Time > line.Time)
                {
                    index = IndexAfter(line.Time);
                }

                _lines.Insert(index, line);
            }

            // Seldom and many at once: each time the others move.
            if (_lines.Count > capacity + (capacity / 10))
            {
                _lines.RemoveRange(0, _lines.Count - capacity);
            }
        }
    }

    /// <summary>Forgets the lines of a resource that are about to come again.</summary>
    public void Remove(string resourceId)
    {
        lock (_lock)
        {
            _lines.RemoveAll(l => l.ResourceId == resourceId);
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _lines.Clear();
        }
    }

    /// <summary>The lines that contain a text, in any case, by time.</summary>
    public IReadOnlyList<ConsoleLine> Query(string? text)
    {
        lock (_lock)
        {
            return string.IsNullOrEmpty(text) ? [.. _lines.TakeLast(capacity)] : [.. _lines.TakeLast(capacity).Where(l => l.Text.Contains(text, StringComparison.OrdinalIgnoreCase))];
        }
    }

    private int IndexAfter(DateTimeOffset time)
    {
        var (low, high) = (0, _lines.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _lines[middle].Time <= time ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
