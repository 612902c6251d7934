using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using MongoDB.Bson.Storage;

namespace MongoDB.Bson;

/// <summary>One BSON value of any type.</summary>
public abstract class BsonValue : IComparable<BsonValue>, IEquatable<BsonValue>
{
    private protected BsonValue()
    {
    }

    /// <summary>The value's type.</summary>
    public abstract BsonType BsonType { get; }

    /// <summary>The boolean.</summary>
    /// <exception cref="InvalidCastException">The value is of another type; so too for every As member.</exception>
    public bool AsBoolean => Cast<BsonBoolean>().Value;

    /// <summary>The array.</summary>
    public BsonArray AsBsonArray => Cast<BsonArray>();

    /// <summary>The binary value.</summary>
    public BsonBinaryData AsBsonBinaryData => Cast<BsonBinaryData>();

    /// <summary>The date.</summary>
    public BsonDateTime AsBsonDateTime => Cast<BsonDateTime>();

    /// <summary>The document.</summary>
    public BsonDocument AsBsonDocument => Cast<BsonDocument>();

    /// <summary>The null.</summary>
    public BsonNull AsBsonNull => Cast<BsonNull>();

    /// <summary>The regular expression.</summary>
    public BsonRegularExpression AsBsonRegularExpression => Cast<BsonRegularExpression>();

    /// <summary>The timestamp.</summary>
    public BsonTimestamp AsBsonTimestamp => Cast<BsonTimestamp>();

    /// <summary>The value itself.</summary>
    public BsonValue AsBsonValue => this;

    /// <summary>The binary value's bytes.</summary>
    public byte[] AsByteArray => Cast<BsonBinaryData>().Bytes;

    /// <summary>The decimal.</summary>
    public decimal AsDecimal => (decimal)Cast<BsonDecimal128>().Value;

    /// <summary>The decimal.</summary>
    public Decimal128 AsDecimal128 => Cast<BsonDecimal128>().Value;

    /// <summary>The 64-bit float.</summary>
    public double AsDouble => Cast<BsonDouble>().Value;

    /// <summary>The GUID of a binary value of subtype 4.</summary>
    public Guid AsGuid => Cast<BsonBinaryData>().ToGuid();

    /// <summary>The 32-bit integer.</summary>
    public int AsInt32 => Cast<BsonInt32>().Value;

    /// <summary>The 64-bit integer.</summary>
    public long AsInt64 => Cast<BsonInt64>().Value;

    /// <summary>The boolean, or null.</summary>
    public bool? AsNullableBoolean => IsBsonNull ? null : AsBoolean;

    /// <summary>The float, or null.</summary>
    public double? AsNullableDouble => IsBsonNull ? null : AsDouble;

    /// <summary>The integer, or null.</summary>
    public int? AsNullableInt32 => IsBsonNull ? null : AsInt32;

    /// <summary>The integer, or null.</summary>
    public long? AsNullableInt64 => IsBsonNull ? null : AsInt64;

    /// <summary>The identifier, or null.</summary>
    public ObjectId? AsNullableObjectId => IsBsonNull ? null : AsObjectId;

    /// <summary>The identifier.</summary>
    public ObjectId AsObjectId => Cast<BsonObjectId>().Value;

    /// <summary>The text.</summary>
    public string AsString => Cast<BsonString>().Value;

    /// <summary>Whether this is a boolean.</summary>
    public bool IsBoolean => this is BsonBoolean;

    /// <summary>Whether this is an array.</summary>
    public bool IsBsonArray => this is BsonArray;

    /// <summary>Whether this is a binary value.</summary>
    public bool IsBsonBinaryData => this is BsonBinaryData;

    /// <summary>Whether this is a date.</summary>
    public bool IsBsonDateTime => this is BsonDateTime;

    /// <summary>Whether this is a document.</summary>
    public bool IsBsonDocument => this is BsonDocument;

    /// <summary>Whether this is the greatest value.</summary>
    public bool IsBsonMaxKey => this is BsonMaxKey;

    /// <summary>Whether this is the least value.</summary>
    public bool IsBsonMinKey => this is BsonMinKey;

    /// <summary>Whether this is null.</summary>
    public bool IsBsonNull => this is BsonNull;

    /// <summary>Whether this is a regular expression.</summary>
    public bool IsBsonRegularExpression => this is BsonRegularExpression;

    /// <summary>Whether this is a timestamp.</summary>
    public bool IsBsonTimestamp => this is BsonTimestamp;

    /// <summary>Whether this is a decimal.</summary>
    public bool IsDecimal128 => this is BsonDecimal128;

    /// <summary>Whether this is a 64-bit float.</summary>
    public bool IsDouble => this is BsonDouble;

    /// <summary>Whether this is a 32-bit integer.</summary>
    public bool IsInt32 => this is BsonInt32;

    /// <summary>Whether this is a 64-bit integer.</summary>
    public bool IsInt64 => this is BsonInt64;

    /// <summary>Whether this is a number of any type.</summary>
    public bool IsNumeric => this is BsonInt32 or BsonInt64 or BsonDouble or BsonDecimal128;

    /// <summary>Whether this is an identifier.</summary>
    public bool IsObjectId => this is BsonObjectId;

    /// <summary>Whether this is text.</summary>
    public bool IsString => this is BsonString;

    /// <summary>Whether this is a date within <see cref="DateTime"/>'s range.</summary>
    public virtual bool IsValidDateTime => false;

    /// <summary>A member of an array or a document, by its position.</summary>
    /// <param name="index">From 0.</param>
    public virtual BsonValue this[int index]
    {
        get => throw NotIndexable("int");
        set => throw NotIndexable("int");
    }

    /// <summary>A member of a document, by its name.</summary>
    /// <param name="name">The element's name.</param>
    public virtual BsonValue this[string name]
    {
        get => throw NotIndexable("string");
        set => throw NotIndexable("string");
    }

    /// <summary>From a boolean.</summary>
    public static implicit operator BsonValue(bool value) => value ? BsonBoolean.True : BsonBoolean.False;

    /// <summary>From a boolean or null.</summary>
    public static implicit operator BsonValue(bool? value) => value is { } v ? (BsonValue)v : BsonNull.Value;

    /// <summary>From bytes.</summary>
    public static implicit operator BsonValue(byte[] value) => value == null ? null : new BsonBinaryData(value);

    /// <summary>From a date.</summary>
    public static implicit operator BsonValue(DateTime value) => new BsonDateTime(value);

    /// <summary>From a date or null.</summary>
    public static implicit operator BsonValue(DateTime? value) => value is { } v ? new BsonDateTime(v) : BsonNull.Value;

    /// <summary>From a decimal.</summary>
    public static implicit operator BsonValue(decimal value) => new BsonDecimal128(value);

    /// <summary>From a decimal or null.</summary>
    public static implicit operator BsonValue(decimal? value) => value is { } v ? new BsonDecimal128(v) : BsonNull.Value;

    /// <summary>From a decimal.</summary>
    public static implicit operator BsonValue(Decimal128 value) => new BsonDecimal128(value);

    /// <summary>From a float.</summary>
    public static implicit operator BsonValue(double value) => new BsonDouble(value);

    /// <summary>From a float or null.</summary>
    public static implicit operator BsonValue(double? value) => value is { } v ? new BsonDouble(v) : BsonNull.Value;

    /// <summary>From an integer.</summary>
    public static implicit operator BsonValue(int value) => new BsonInt32(value);

    /// <summary>From an integer or null.</summary>
    public static implicit operator BsonValue(int? value) => value is { } v ? new BsonInt32(v) : BsonNull.Value;

    /// <summary>From an integer.</summary>
    public static implicit operator BsonValue(long value) => new BsonInt64(value);

    /// <summary>From an integer or null.</summary>
    public static implicit operator BsonValue(long? value) => value is { } v ? new BsonInt64(v) : BsonNull.Value;

    /// <summary>From an identifier.</summary>
    public static implicit operator BsonValue(ObjectId value) => new BsonObjectId(value);

    /// <summary>From an identifier or null.</summary>
    public static implicit operator BsonValue(ObjectId? value) => value is { } v ? new BsonObjectId(v) : BsonNull.Value;

    /// <summary>From a regular expression.</summary>
    public static implicit operator BsonValue(Regex value) => value == null ? null : new BsonRegularExpression(value);

    /// <summary>From text; null stays null.</summary>
    public static implicit operator BsonValue(string value) => value == null ? null : new BsonString(value);

    /// <summary>To a boolean.</summary>
    public static explicit operator bool(BsonValue value) => value.AsBoolean;

    /// <summary>To a date, in UTC.</summary>
    public static explicit operator DateTime(BsonValue value) => value.ToUniversalTime();

    /// <summary>To a float.</summary>
    public static explicit operator double(BsonValue value) => value.AsDouble;

    /// <summary>To an integer.</summary>
    public static explicit operator int(BsonValue value) => value.AsInt32;

    /// <summary>To an integer.</summary>
    public static explicit operator long(BsonValue value) => value.AsInt64;

    /// <summary>To an identifier.</summary>
    public static explicit operator ObjectId(BsonValue value) => value.AsObjectId;

    /// <summary>To text; null stays null.</summary>
    public static explicit operator string(BsonValue value) => value?.AsString;

    /// <summary>Whether two values are equal; numbers compare by what they count, not by their type.</summary>
    public static bool operator ==(BsonValue lhs, BsonValue rhs)
    {
        if (lhs is null || rhs is null)
        {
            return lhs is null && rhs is null;
        }

        return lhs.IsNumeric && rhs.IsNumeric ? lhs.CompareTo(rhs) == 0 : lhs.Equals((object)rhs);
    }

    /// <summary>Whether two values differ.</summary>
    public static bool operator !=(BsonValue lhs, BsonValue rhs) => !(lhs == rhs);

    /// <summary>Whether the first is less.</summary>
    public static bool operator <(BsonValue lhs, BsonValue rhs) => Compare(lhs, rhs) < 0;

    /// <summary>Whether the first is less or equal.</summary>
    public static bool operator <=(BsonValue lhs, BsonValue rhs) => Compare(lhs, rhs) <= 0;

    /// <summary>Whether the first is greater.</summary>
    public static bool operator >(BsonValue lhs, BsonValue rhs) => Compare(lhs, rhs) > 0;

    /// <summary>Whether the first is greater or equal.</summary>
    public static bool operator >=(BsonValue lhs, BsonValue rhs) => Compare(lhs, rhs) >= 0;

    /// <summary>The value of a .NET object.</summary>
    /// <param name="value">A BSON value, a primitive, a date, bytes, an array or a dictionary of these, or null.</param>
    /// <returns>The value.</returns>
    /// <exception cref="ArgumentException">There is no value for an object of this type.</exception>
    public static BsonValue Create(object value) => value switch
    {
        null => BsonNull.Value,
        BsonValue v => v,
        string v => new BsonString(v),
        bool v => v ? BsonBoolean.True : BsonBoolean.False,
        int v => new BsonInt32(v),
        long v => new BsonInt64(v),
        double v => new BsonDouble(v),
        DateTime v => new BsonDateTime(v),
        ObjectId v => new BsonObjectId(v),
        decimal v => new BsonDecimal128(v),
        Decimal128 v => new BsonDecimal128(v),
        byte v => new BsonInt32(v),
        sbyte v => new BsonInt32(v),
        short v => new BsonInt32(v),
        ushort v => new BsonInt32(v),
        uint v => new BsonInt64(v),
        ulong v => new BsonInt64(checked((long)v)),
        float v => new BsonDouble(v),
        DateTimeOffset v => new BsonDateTime(v.UtcDateTime),
        byte[] v => new BsonBinaryData(v),
        Regex v => new BsonRegularExpression(v),
        Enum v => Create(Convert.ChangeType(v, Enum.GetUnderlyingType(v.GetType()), CultureInfo.InvariantCulture)),
        IEnumerable<KeyValuePair<string, object>> v => new BsonDocument(v),
        IEnumerable v => new BsonArray(v),
        _ => throw new ArgumentException(
            $".NET type {value.GetType().FullName} cannot be mapped to a BsonValue.", nameof(value)),
    };

    /// <summary>A copy of the members, each the same object.</summary>
    public virtual BsonValue Clone() => this;

    /// <summary>A copy of the members, each copied too.</summary>
    public virtual BsonValue DeepClone() => this;

    /// <summary>Orders as MongoDB does: by type, then by value.</summary>
    /// <param name="other">Another value; null comes first.</param>
    public virtual int CompareTo(BsonValue other) => other is null ? 1 : ValueKey.Compare(this, other);

    /// <summary>Whether type and value are the same.</summary>
    public bool Equals(BsonValue rhs) => Equals((object)rhs);

    /// <inheritdoc />
    public abstract override bool Equals(object obj);

    /// <inheritdoc />
    public abstract override int GetHashCode();

    /// <summary>False for false, null, zero and NaN.</summary>
    public virtual bool ToBoolean() => this switch
    {
        BsonBoolean v => v.Value,
        BsonNull => false,
        BsonInt32 v => v.Value != 0,
        BsonInt64 v => v.Value != 0,
        BsonDouble v => !double.IsNaN(v.Value) && v.Value != 0,
        BsonDecimal128 v => v.Value != Decimal128.Zero,
        BsonString v => v.Value.Length != 0,
        _ => true,
    };

    /// <summary>The number as a decimal.</summary>
    public virtual decimal ToDecimal() => this is BsonDecimal128 v ? (decimal)v.Value : Number<decimal>();

    /// <summary>The number as a float.</summary>
    public virtual double ToDouble() => this is BsonDecimal128 v ? (double)(decimal)v.Value : Number<double>();

    /// <summary>The number as an integer.</summary>
    public virtual int ToInt32() => this is BsonDecimal128 v ? (int)(decimal)v.Value : Number<int>();

    /// <summary>The number as an integer.</summary>
    public virtual long ToInt64() => this is BsonDecimal128 v ? (long)(decimal)v.Value : Number<long>();

    /// <summary>The date in local time.</summary>
    public virtual DateTime ToLocalTime() => ToUniversalTime().ToLocalTime();

    /// <summary>The date in UTC, or null.</summary>
    public virtual DateTime? ToNullableUniversalTime() => IsBsonNull ? null : ToUniversalTime();

    /// <summary>The date in UTC.</summary>
    public virtual DateTime ToUniversalTime() => throw NotSupported(nameof(ToUniversalTime));

    internal static int Compare(BsonValue lhs, BsonValue rhs) =>
        lhs is null ? (rhs is null ? 0 : -1) : lhs.CompareTo(rhs);

    internal NotSupportedException NotSupported(string operation) =>
        new($"{GetType().Name} does not support {operation}.");

    private T Number<T>() => this switch
    {
        BsonInt32 v => (T)Convert.ChangeType(v.Value, typeof(T), CultureInfo.InvariantCulture),
        BsonInt64 v => (T)Convert.ChangeType(v.Value, typeof(T), CultureInfo.InvariantCulture),
        BsonDouble v when typeof(T) == typeof(int) => (T)(object)(int)v.Value,
        BsonDouble v when typeof(T) == typeof(long) => (T)(object)(long)v.Value,
        BsonDouble v => (T)Convert.ChangeType(v.Value, typeof(T), CultureInfo.InvariantCulture),
        BsonString v => (T)Convert.ChangeType(v.Value, typeof(T), CultureInfo.InvariantCulture),
        BsonBoolean v => (T)Convert.ChangeType(v.Value, typeof(T), CultureInfo.InvariantCulture),
        _ => throw NotSupported("To" + typeof(T).Name),
    };

    private T Cast<T>()
        where T : BsonValue =>
        this as T ?? throw new InvalidCastException(
            $"Unable to cast object of type '{GetType().FullName}' to type '{typeof(T).FullName}'.");

    private NotSupportedException NotIndexable(string by) =>
        new($"{GetType().Name} does not support indexing by {by}.");
}
