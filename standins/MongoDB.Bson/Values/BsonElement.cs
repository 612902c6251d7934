namespace MongoDB.Bson;

/// <summary>A name and its value, in a document.</summary>
public struct BsonElement : IComparable<BsonElement>, IEquatable<BsonElement>
{
    /// <summary>Holds a name and its value.</summary>
    /// <param name="name">The name, without NUL characters.</param>
    /// <param name="value">The value, not null.</param>
    public BsonElement(string name, BsonValue value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (name.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("Element name cannot contain null (0x00) characters", nameof(name));
        }

        Name = name;
        Value = value;
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The value.</summary>
    public BsonValue Value { get; }

    /// <summary>Whether name and value are the same.</summary>
    public static bool operator ==(BsonElement lhs, BsonElement rhs) => lhs.Equals(rhs);

    /// <summary>Whether name or value differ.</summary>
    public static bool operator !=(BsonElement lhs, BsonElement rhs) => !lhs.Equals(rhs);

    /// <summary>Orders by name, then by value.</summary>
    public int CompareTo(BsonElement other)
    {
        var result = string.CompareOrdinal(Name, other.Name);
        return result != 0 ? result : BsonValue.Compare(Value, other.Value);
    }

    /// <inheritdoc />
    public bool Equals(BsonElement rhs) => Name == rhs.Name && Equals(Value, rhs.Value);

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonElement other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Name, Value);

    /// <summary><c>name=value</c>.</summary>
    public override string ToString() => $"{Name}={Value}";
}
