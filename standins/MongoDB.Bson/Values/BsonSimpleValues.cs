using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MongoDB.Bson;

/// <summary>Text.</summary>
public class BsonString : BsonValue, IComparable<BsonString>, IEquatable<BsonString>
{
    /// <summary>Holds text.</summary>
    /// <param name="value">The text, not null.</param>
    public BsonString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Value = value;
    }

    /// <summary>The empty text.</summary>
    public static BsonString Empty { get; } = new("");

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.String;

    /// <summary>The text.</summary>
    public string Value { get; }

    /// <summary>From text; null stays null.</summary>
    public static implicit operator BsonString(string value) => value == null ? null : new BsonString(value);

    /// <inheritdoc />
    public int CompareTo(BsonString other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonString rhs) => Equals((object)rhs);

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonString other && other.Value == Value;

    /// <inheritdoc />
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    /// <summary>The text.</summary>
    public override string ToString() => Value;
}

/// <summary>True or false.</summary>
public class BsonBoolean : BsonValue, IComparable<BsonBoolean>, IEquatable<BsonBoolean>
{
    /// <summary>Holds a boolean.</summary>
    /// <param name="value">The boolean.</param>
    public BsonBoolean(bool value) => Value = value;

    /// <summary>False.</summary>
    public static BsonBoolean False { get; } = new(false);

    /// <summary>True.</summary>
    public static BsonBoolean True { get; } = new(true);

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.Boolean;

    /// <summary>The boolean.</summary>
    public bool Value { get; }

    /// <summary>From a boolean.</summary>
    public static implicit operator BsonBoolean(bool value) => value ? True : False;

    /// <inheritdoc />
    public int CompareTo(BsonBoolean other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonBoolean rhs) => Equals((object)rhs);

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonBoolean other && other.Value == Value;

    /// <inheritdoc />
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public override string ToString() => Value ? "true" : "false";
}

/// <summary>Null.</summary>
public class BsonNull : BsonValue, IComparable<BsonNull>, IEquatable<BsonNull>
{
    private BsonNull()
    {
    }

    /// <summary>The one null.</summary>
    public static BsonNull Value { get; } = new();

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.Null;

    /// <inheritdoc />
    public int CompareTo(BsonNull other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonNull rhs) => rhs is not null;

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonNull;

    /// <inheritdoc />
    public override int GetHashCode() => (int)BsonType.Null;

    /// <summary><c>BsonNull</c>.</summary>
    public override string ToString() => "BsonNull";
}

/// <summary>Below every other value.</summary>
public class BsonMinKey : BsonValue, IComparable<BsonMinKey>, IEquatable<BsonMinKey>
{
    private BsonMinKey()
    {
    }

    /// <summary>The one least value.</summary>
    public static BsonMinKey Value { get; } = new();

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.MinKey;

    /// <inheritdoc />
    public int CompareTo(BsonMinKey other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonMinKey rhs) => rhs is not null;

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonMinKey;

    /// <inheritdoc />
    public override int GetHashCode() => (int)BsonType.MinKey;

    /// <summary><c>BsonMinKey</c>.</summary>
    public override string ToString() => "BsonMinKey";
}

/// <summary>Above every other value.</summary>
public class BsonMaxKey : BsonValue, IComparable<BsonMaxKey>, IEquatable<BsonMaxKey>
{
    private BsonMaxKey()
    {
    }

    /// <summary>The one greatest value.</summary>
    public static BsonMaxKey Value { get; } = new();

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.MaxKey;

    /// <inheritdoc />
    public int CompareTo(BsonMaxKey other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonMaxKey rhs) => rhs is not null;

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonMaxKey;

    /// <inheritdoc />
    public override int GetHashCode() => (int)BsonType.MaxKey;

    /// <summary><c>BsonMaxKey</c>.</summary>
    public override string ToString() => "BsonMaxKey";
}

/// <summary>A moment, in whole milliseconds since 1970-01-01 UTC.</summary>
public class BsonDateTime : BsonValue, IComparable<BsonDateTime>, IEquatable<BsonDateTime>
{
    /// <summary>Holds a moment, cut to the millisecond.</summary>
    /// <param name="value">The moment; an unspecified kind counts as local time.</param>
    public BsonDateTime(DateTime value)
    {
        // The least and the greatest DateTime mean themselves in every time zone.
        var utc = value == DateTime.MinValue || value == DateTime.MaxValue
            ? DateTime.SpecifyKind(value, DateTimeKind.Utc)
            : value.ToUniversalTime();
        MillisecondsSinceEpoch = (utc - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMillisecond;
    }

    /// <summary>Holds a moment.</summary>
    /// <param name="millisecondsSinceEpoch">Milliseconds since 1970-01-01 UTC.</param>
    public BsonDateTime(long millisecondsSinceEpoch) => MillisecondsSinceEpoch = millisecondsSinceEpoch;

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.DateTime;

    /// <inheritdoc />
    public override bool IsValidDateTime => MillisecondsSinceEpoch is >= -62135596800000 and <= 253402300799999;

    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    public long MillisecondsSinceEpoch { get; }

    /// <summary>From a moment.</summary>
    public static implicit operator BsonDateTime(DateTime value) => new(value);

    /// <inheritdoc />
    public int CompareTo(BsonDateTime other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonDateTime rhs) => Equals((object)rhs);

    /// <inheritdoc />
    public override bool Equals(object obj) =>
        obj is BsonDateTime other && other.MillisecondsSinceEpoch == MillisecondsSinceEpoch;

    /// <inheritdoc />
    public override int GetHashCode() => MillisecondsSinceEpoch.GetHashCode();

    /// <inheritdoc />
    public override DateTime ToUniversalTime()
    {
        if (!IsValidDateTime)
        {
            throw new ArgumentOutOfRangeException(
                null, $"The value {MillisecondsSinceEpoch} for the BsonDateTime is out of the range that a DateTime holds.");
        }

        // DateTime.MaxValue ends in 9999 ticks that milliseconds cannot hold.
        return MillisecondsSinceEpoch == 253402300799999
            ? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc)
            : DateTime.UnixEpoch.AddTicks(MillisecondsSinceEpoch * TimeSpan.TicksPerMillisecond);
    }

    /// <summary>ISO 8601, or the milliseconds where no date exists for them.</summary>
    public override string ToString() => IsValidDateTime
        ? ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture)
        : MillisecondsSinceEpoch.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A replication timestamp: seconds and a counter.</summary>
public class BsonTimestamp : BsonValue, IComparable<BsonTimestamp>, IEquatable<BsonTimestamp>
{
    /// <summary>Holds a timestamp.</summary>
    /// <param name="value">Seconds in the upper 32 bits, the counter in the lower.</param>
    public BsonTimestamp(long value) => Value = value;

    /// <summary>Holds a timestamp.</summary>
    /// <param name="timestamp">Seconds since 1970-01-01 UTC.</param>
    /// <param name="increment">The counter.</param>
    public BsonTimestamp(int timestamp, int increment) => Value = ((long)timestamp << 32) | (uint)increment;

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.Timestamp;

    /// <summary>Both parts.</summary>
    public long Value { get; }

    /// <summary>The counter.</summary>
    public int Increment => (int)Value;

    /// <summary>Seconds since 1970-01-01 UTC.</summary>
    public int Timestamp => (int)(Value >> 32);

    /// <inheritdoc />
    public int CompareTo(BsonTimestamp other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonTimestamp rhs) => Equals((object)rhs);

    /// <inheritdoc />
    public override bool Equals(object obj) => obj is BsonTimestamp other && other.Value == Value;

    /// <inheritdoc />
    public override int GetHashCode() => Value.GetHashCode();

    /// <summary>Both parts as one number.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Bytes with a subtype.</summary>
public class BsonBinaryData : BsonValue, IComparable<BsonBinaryData>, IEquatable<BsonBinaryData>
{
    /// <summary>Holds plain bytes.</summary>
    /// <param name="bytes">The bytes, not copied.</param>
    public BsonBinaryData(byte[] bytes)
        : this(bytes, BsonBinarySubType.Binary)
    {
    }

    /// <summary>Holds bytes with a subtype.</summary>
    /// <param name="bytes">The bytes, not copied.</param>
    /// <param name="subType">What they mean.</param>
    public BsonBinaryData(byte[] bytes, BsonBinarySubType subType)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (subType is BsonBinarySubType.UuidStandard or BsonBinarySubType.UuidLegacy && bytes.Length != 16)
        {
            throw new ArgumentException($"Length must be 16, not {bytes.Length}, when subType is {subType}.", nameof(bytes));
        }

        Bytes = bytes;
        SubType = subType;
    }

    /// <summary>Holds a GUID.</summary>
    /// <param name="guid">The GUID.</param>
    /// <param name="guidRepresentation">Its byte order.</param>
    public BsonBinaryData(Guid guid, GuidRepresentation guidRepresentation)
    {
        Bytes = guidRepresentation switch
        {
            GuidRepresentation.Standard => guid.ToByteArray(bigEndian: true),
            GuidRepresentation.CSharpLegacy => guid.ToByteArray(),
            _ => throw new NotSupportedException($"GuidRepresentation.{guidRepresentation} is not supported."),
        };
        SubType = guidRepresentation == GuidRepresentation.Standard
            ? BsonBinarySubType.UuidStandard
            : BsonBinarySubType.UuidLegacy;
    }

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.Binary;

    /// <summary>The bytes.</summary>
    [SuppressMessage("Performance", "CA1819", Justification = "The real type's face.")]
    public byte[] Bytes { get; }

    /// <summary>What the bytes mean.</summary>
    public BsonBinarySubType SubType { get; }

    /// <summary>From plain bytes.</summary>
    public static implicit operator BsonBinaryData(byte[] bytes) => new(bytes);

    /// <inheritdoc />
    public int CompareTo(BsonBinaryData other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonBinaryData rhs) => Equals((object)rhs);

    /// <inheritdoc />
    public override bool Equals(object obj) =>
        obj is BsonBinaryData other && other.SubType == SubType && other.Bytes.AsSpan().SequenceEqual(Bytes);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(SubType);
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    /// <summary>The GUID of subtype 4.</summary>
    /// <exception cref="InvalidOperationException">The subtype is another.</exception>
    public Guid ToGuid() => SubType == BsonBinarySubType.UuidStandard
        ? new Guid(Bytes, bigEndian: true)
        : throw new InvalidOperationException($"ToGuid without a GuidRepresentation needs subtype UuidStandard, not {SubType}.");

    /// <summary>The GUID in a given byte order.</summary>
    /// <param name="guidRepresentation">The byte order, which must fit the subtype.</param>
    public Guid ToGuid(GuidRepresentation guidRepresentation) => guidRepresentation switch
    {
        GuidRepresentation.Standard when SubType == BsonBinarySubType.UuidStandard => new Guid(Bytes, bigEndian: true),
        GuidRepresentation.CSharpLegacy when SubType == BsonBinarySubType.UuidLegacy => new Guid(Bytes),
        GuidRepresentation.JavaLegacy or GuidRepresentation.PythonLegacy =>
            throw new NotSupportedException($"GuidRepresentation.{guidRepresentation} is not supported."),
        _ => throw new InvalidOperationException($"ToGuid with GuidRepresentation {guidRepresentation} does not fit subtype {SubType}."),
    };

    /// <summary>The subtype and the bytes in hex.</summary>
    public override string ToString() => $"{SubType}:0x{Convert.ToHexStringLower(Bytes)}";
}

/// <summary>A regular expression: pattern and options.</summary>
public class BsonRegularExpression : BsonValue, IComparable<BsonRegularExpression>, IEquatable<BsonRegularExpression>
{
    /// <summary>Holds a pattern.</summary>
    /// <param name="pattern">A pattern, or <c>/pattern/options</c>.</param>
    public BsonRegularExpression(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        var end = pattern.LastIndexOf('/');
        var delimited = pattern.Length > 1 && pattern[0] == '/' && end > 0;
        Pattern = delimited ? pattern[1..end] : pattern;
        Options = delimited ? pattern[(end + 1)..] : "";
    }

    /// <summary>Holds a pattern with options.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="options">Letters of <c>imsx</c>.</param>
    public BsonRegularExpression(string pattern, string options)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        Pattern = pattern;
        Options = options ?? "";
    }

    /// <summary>Holds a .NET regular expression.</summary>
    /// <param name="regex">The expression.</param>
    public BsonRegularExpression(Regex regex)
    {
        ArgumentNullException.ThrowIfNull(regex);
        Pattern = regex.ToString();
        Options = (regex.Options.HasFlag(RegexOptions.IgnoreCase) ? "i" : "")
            + (regex.Options.HasFlag(RegexOptions.Multiline) ? "m" : "")
            + (regex.Options.HasFlag(RegexOptions.Singleline) ? "s" : "")
            + (regex.Options.HasFlag(RegexOptions.IgnorePatternWhitespace) ? "x" : "");
    }

    /// <inheritdoc />
    public override BsonType BsonType => BsonType.RegularExpression;

    /// <summary>The pattern.</summary>
    public string Pattern { get; }

    /// <summary>Letters of <c>imsx</c>.</summary>
    public string Options { get; }

    /// <summary>From a .NET regular expression.</summary>
    public static implicit operator BsonRegularExpression(Regex value) => new(value);

    /// <summary>From a pattern.</summary>
    public static implicit operator BsonRegularExpression(string value) => new(value);

    /// <inheritdoc />
    public int CompareTo(BsonRegularExpression other) => base.CompareTo(other);

    /// <inheritdoc />
    public bool Equals(BsonRegularExpression rhs) => Equals((object)rhs);

    /// <inheritdoc />
    public override bool Equals(object obj) =>
        obj is BsonRegularExpression other && other.Pattern == Pattern && other.Options == Options;

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Pattern, Options);

    /// <summary>The .NET regular expression.</summary>
    public Regex ToRegex() => new(Pattern, ToOptions());

    /// <summary><c>/pattern/options</c>.</summary>
    public override string ToString() => $"/{Pattern.Replace("/", "\\/", StringComparison.Ordinal)}/{Options}";

    internal RegexOptions ToOptions()
    {
        var options = RegexOptions.None;
        foreach (var letter in Options)
        {
            options |= letter switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'x' => RegexOptions.IgnorePatternWhitespace,
                _ => throw new NotSupportedException($"Regular expression option '{letter}' is not supported."),
            };
        }

        return options;
    }
}
