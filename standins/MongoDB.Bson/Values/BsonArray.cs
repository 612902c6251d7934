using System.Collections;
using MongoDB.Bson.Storage;

namespace MongoDB.Bson;

/// <summary>An array of values.</summary>
public class BsonArray : BsonValue, IComparable<BsonArray>, IEquatable<BsonArray>, IList<BsonValue>
{
    private readonly List<BsonValue> _values;

    /// <summary>Empty.</summary>
    public BsonArray() => _values = [];

    /// <summary>Empty, with room.</summary>
    /// <param name="capacity">For how many.</param>
    public BsonArray(int capacity) => _values = new List<BsonValue>(capacity);

    /// <summary>Of values.</summary>
    /// <param name="values">The values.</param>
    public BsonArray(IEnumerable<BsonValue> values)
        : this() => AddRange(values);

    /// <summary>Of integers.</summary>
    /// <param name="values">The values.</param>
    public BsonArray(IEnumerable<int> values)
        : this((IEnumerable)values)
    {
    }

    /// <summary>Of integers.</summary>
    /// <param name="values">The values.</param>
    public BsonArray(IEnumerable<long> values)
        : this((IEnumerable)values)
    {
    }

    /// <summary>Of identifiers.</summary>
    /// <param name="values">The values.</param>
    public BsonArray(IEnumerable<ObjectId> values)
        : this((IEnumerable)values)
    {
    }

    /// <summary>Of texts.</summary>
    /// <param name="values">The values.</param>
    public BsonArray(IEnumerable<string> values)
        : this((IEnumerable)values)
    {
    }

    /// <summary>Of .NET objects, as <see cref="BsonValue.Create"/> maps them.</summary>
    /// <param name="values">The objects.</param>
    public BsonArray(IEnumerable values)
        : this()
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (var value in values)
        {
            _values.Add(BsonValue.Create(value));
        }
    }

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.Array;

    /// <summary>How many values there are.</summary>
    public virtual int Count => _values.Count;

    /// <summary>False.</summary>
    public virtual bool IsReadOnly => false;

    /// <summary>The values.</summary>
    public virtual IEnumerable<BsonValue> Values => _values;

    /// <inheritdoc cref="BsonValue.this[int]" />
    public override BsonValue this[int index]
    {
        get => _values[index];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _values[index] = value;
        }
    }

    /// <summary>Adds a value; null is left out.</summary>
    /// <param name="value">The value.</param>
    /// <returns>This array.</returns>
    public virtual BsonArray Add(BsonValue value)
    {
        if (value is not null)
        {
            _values.Add(value);
        }

        return this;
    }

    void ICollection<BsonValue>.Add(BsonValue item) => Add(item);

    /// <summary>Adds values.</summary>
    /// <param name="values">The values.</param>
    /// <returns>This array.</returns>
    public virtual BsonArray AddRange(IEnumerable<BsonValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        _values.AddRange(values);
        return this;
    }

    /// <inheritdoc />
    public override BsonValue Clone() => new BsonArray(_values);

    /// <summary>Removes every value.</summary>
    public virtual void Clear() => _values.Clear();

    /// <inheritdoc />
    public virtual int CompareTo(BsonArray rhs) => base.CompareTo(rhs);

    /// <summary>Whether a value equal to this one is there.</summary>
    public virtual bool Contains(BsonValue value) => _values.Contains(value);

    /// <summary>Copies the values.</summary>
    public virtual void CopyTo(BsonValue[] array, int arrayIndex) => _values.CopyTo(array, arrayIndex);

    /// <inheritdoc />
    public override BsonValue DeepClone() => new BsonArray(_values.Select(v => v.DeepClone()));

    /// <inheritdoc />
    public bool Equals(BsonArray obj) => Equals((object)obj);

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonArray other && _values.SequenceEqual(other._values);

    /// <summary>The values in order.</summary>
    public virtual IEnumerator<BsonValue> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var value in _values)
        {
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    /// <summary>Where a value equal to this one is, or -1.</summary>
    public virtual int IndexOf(BsonValue value) => _values.IndexOf(value);

    /// <summary>Puts a value in.</summary>
    public virtual void Insert(int index, BsonValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _values.Insert(index, value);
    }

    /// <summary>Removes the first value equal to this one.</summary>
    public virtual bool Remove(BsonValue value) => _values.Remove(value);

    /// <summary>Removes the value at a position.</summary>
    public virtual void RemoveAt(int index) => _values.RemoveAt(index);

    /// <summary>The values.</summary>
    public virtual BsonValue[] ToArray() => [.. _values];

    /// <summary>The values.</summary>
    public virtual List<BsonValue> ToList() => [.. _values];

    /// <summary>The array as JSON.</summary>
    public override string ToString() => JsonText.Write(this);
}
