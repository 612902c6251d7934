using System.Globalization;
using System.Xml;

namespace MongoDB.Bson;

/// <summary>A 32-bit integer.</summary>
public class BsonInt32 : BsonValue, IComparable<BsonInt32>, IEquatable<BsonInt32>
{
    private readonly int _value;

    /// <summary>Holds a value.</summary>
    /// <param name="value">The value.</param>
    public BsonInt32(int value) => _value = value;

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.Int32;

    /// <summary>The value.</summary>
    public int Value => _value;

    /// <summary>From a .NET value.</summary>
    public static implicit operator BsonInt32(int value) => new(value);

    /// <inheritdoc />
    public int CompareTo(BsonInt32 other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonInt32 rhs) => Equals((object)rhs);

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonInt32 other && other._value == _value;

    /// <inheritdoc />
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>The value's text.</summary>
    public override string ToString() => XmlConvert.ToString(_value);
}

/// <summary>A 64-bit integer.</summary>
public class BsonInt64 : BsonValue, IComparable<BsonInt64>, IEquatable<BsonInt64>
{
    private readonly long _value;

    /// <summary>Holds a value.</summary>
    /// <param name="value">The value.</param>
    public BsonInt64(long value) => _value = value;

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.Int64;

    /// <summary>The value.</summary>
    public long Value => _value;

    /// <summary>From a .NET value.</summary>
    public static implicit operator BsonInt64(long value) => new(value);

    /// <inheritdoc />
    public int CompareTo(BsonInt64 other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonInt64 rhs) => Equals((object)rhs);

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonInt64 other && other._value == _value;

    /// <inheritdoc />
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>The value's text.</summary>
    public override string ToString() => XmlConvert.ToString(_value);
}

/// <summary>A 64-bit float.</summary>
public class BsonDouble : BsonValue, IComparable<BsonDouble>, IEquatable<BsonDouble>
{
    private readonly double _value;

    /// <summary>Holds a value.</summary>
    /// <param name="value">The value.</param>
    public BsonDouble(double value) => _value = value;

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.Double;

    /// <summary>The value.</summary>
    public double Value => _value;

    /// <summary>From a .NET value.</summary>
    public static implicit operator BsonDouble(double value) => new(value);

    /// <inheritdoc />
    public int CompareTo(BsonDouble other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonDouble rhs) => Equals((object)rhs);

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonDouble other && other._value.Equals(_value);

    /// <inheritdoc />
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>The value's text.</summary>
    public override string ToString() => _value.ToString("R", CultureInfo.InvariantCulture);
}

/// <summary>A decimal number.</summary>
public class BsonDecimal128 : BsonValue, IComparable<BsonDecimal128>, IEquatable<BsonDecimal128>
{
    private readonly Decimal128 _value;

    /// <summary>Holds a value.</summary>
    /// <param name="value">The value.</param>
    public BsonDecimal128(Decimal128 value) => _value = value;

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.Decimal128;

    /// <summary>The value.</summary>
    public Decimal128 Value => _value;

    /// <summary>From a .NET value.</summary>
    public static implicit operator BsonDecimal128(Decimal128 value) => new(value);

    /// <inheritdoc />
    public int CompareTo(BsonDecimal128 other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonDecimal128 rhs) => Equals((object)rhs);

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonDecimal128 other && other._value == _value;

    /// <inheritdoc />
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>The value's text.</summary>
    public override string ToString() => _value.ToString();
}

/// <summary>An identifier.</summary>
public class BsonObjectId : BsonValue, IComparable<BsonObjectId>, IEquatable<BsonObjectId>
{
    private readonly ObjectId _value;

    /// <summary>Holds a value.</summary>
    /// <param name="value">The value.</param>
    public BsonObjectId(ObjectId value) => _value = value;

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.ObjectId;

    /// <summary>The value.</summary>
    public ObjectId Value => _value;

    /// <summary>From a .NET value.</summary>
    public static implicit operator BsonObjectId(ObjectId value) => new(value);

    /// <inheritdoc />
    public int CompareTo(BsonObjectId other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonObjectId rhs) => Equals((object)rhs);

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonObjectId other && other._value == _value;

    /// <inheritdoc />
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>The value's text.</summary>
    public override string ToString() => _value.ToString();
}
