using System.Globalization;

namespace MongoDB.Bson;

/// <summary>A decimal number. This stand-in holds what <see cref="decimal"/> holds: 28 digits, no infinities, no NaN.</summary>
public struct Decimal128 : IComparable<Decimal128>, IEquatable<Decimal128>
{
    private readonly decimal _value;

    /// <summary>Holds a decimal.</summary>
    /// <param name="value">The number.</param>
    public Decimal128(decimal value) => _value = value;

    /// <summary>Holds an integer.</summary>
    /// <param name="value">The number.</param>
    public Decimal128(int value) => _value = value;

    /// <summary>Holds an integer.</summary>
    /// <param name="value">The number.</param>
    public Decimal128(long value) => _value = value;

    /// <summary>Zero.</summary>
    public static Decimal128 Zero => default;

    /// <summary>From a decimal.</summary>
    public static implicit operator Decimal128(decimal value) => new(value);

    /// <summary>From an integer.</summary>
    public static implicit operator Decimal128(int value) => new(value);

    /// <summary>From an integer.</summary>
    public static implicit operator Decimal128(long value) => new(value);

    /// <summary>To a decimal.</summary>
    public static explicit operator decimal(Decimal128 value) => value._value;

    /// <summary>Whether two numbers are equal.</summary>
    public static bool operator ==(Decimal128 lhs, Decimal128 rhs) => lhs._value == rhs._value;

    /// <summary>Whether two numbers differ.</summary>
    public static bool operator !=(Decimal128 lhs, Decimal128 rhs) => lhs._value != rhs._value;

    /// <summary>Whether the first is less.</summary>
    public static bool operator <(Decimal128 x, Decimal128 y) => x._value < y._value;

    /// <summary>Whether the first is less or equal.</summary>
    public static bool operator <=(Decimal128 x, Decimal128 y) => x._value <= y._value;

    /// <summary>Whether the first is greater.</summary>
    public static bool operator >(Decimal128 x, Decimal128 y) => x._value > y._value;

    /// <summary>Whether the first is greater or equal.</summary>
    public static bool operator >=(Decimal128 x, Decimal128 y) => x._value >= y._value;

    /// <summary>Reads a number.</summary>
    /// <param name="s">Such as <c>-12.50</c> or <c>1E+3</c>.</param>
    /// <returns>The number.</returns>
    /// <exception cref="FormatException">The text is no number.</exception>
    public static Decimal128 Parse(string s) =>
        TryParse(s, out var result) ? result : throw new FormatException($"{s} is not a valid Decimal128.");

    /// <summary>Reads a number, or says that the text is none.</summary>
    /// <param name="s">The text.</param>
    /// <param name="result">The number, or zero.</param>
    /// <returns>Whether the text is a number.</returns>
    public static bool TryParse(string s, out Decimal128 result)
    {
        var parsed = decimal.TryParse(s, NumberStyles.Float, CultureInfo.InvariantCulture, out var value);
        result = new Decimal128(value);
        return parsed;
    }

    /// <summary>The number as a decimal.</summary>
    public static decimal ToDecimal(Decimal128 d) => d._value;

    /// <inheritdoc />
    public int CompareTo(Decimal128 other) => _value.CompareTo(other._value);

    /// <inheritdoc />
    public bool Equals(Decimal128 other) => _value == other._value;

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is Decimal128 other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode() => _value.GetHashCode();

    /// <summary>The number's digits.</summary>
    public override string ToString() => _value.ToString(CultureInfo.InvariantCulture);
}
