using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Aspire.Dashboard.Telemetry;

/// <summary>A list that loses its oldest element when a new one would be too many.</summary>
[SuppressMessage("Naming", "CA1710", Justification = "It is a ring.")]
internal sealed class Ring<T>(int capacity) : IReadOnlyList<T>
{
    private T[] _items = new T[Math.Min(capacity, 16)];
    private int _first;

    public int Count { get; private set; }

    /// <summary>By age: 0 is the oldest.</summary>
    public T this[int index] => index < Count ? _items[(_first + index) % _items.Length] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <returns>Whether an element had to go, which is in <paramref name="lost"/>.</returns>
    public bool Add(T item, out T? lost)
    {
        lost = default;
        var isFull = Count == capacity && TryRemoveOldest(out lost);
        if (Count == _items.Length)
        {
            T[] larger = new T[Math.Min(capacity, _items.Length * 2)];
            for (var i = 0; i < Count; i++)
            {
                larger[i] = this[i];
            }

            (_items, _first) = (larger, 0);
        }

        _items[(_first + Count) % _items.Length] = item;
        Count++;
        return isFull;
    }

    public bool TryRemoveOldest(out T? oldest)
    {
        if (Count == 0)
        {
            oldest = default;
            return false;
        }

        oldest = _items[_first];
        _items[_first] = default!;
        _first = (_first + 1) % _items.Length;
        Count--;
        return true;
    }

    public void Clear()
    {
        Array.Clear(_items);
        (_first, Count) = (0, 0);
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
