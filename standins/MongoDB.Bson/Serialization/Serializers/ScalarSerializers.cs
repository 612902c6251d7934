using System.Globalization;

namespace MongoDB.Bson.Serialization.Serializers;

/// <summary>Texts, stored as text or, when they are identifiers, as ObjectIds.</summary>
public sealed class StringSerializer : SerializerBase<string>
{
    /// <summary>As text.</summary>
    public StringSerializer()
        : this(BsonType.String)
    {
    }

    /// <summary>As a type.</summary>
    /// <param name="representation">String or ObjectId.</param>
    public StringSerializer(BsonType representation) => Representation = representation is BsonType.String or BsonType.ObjectId
        ? representation
        : throw NoRepresentation(representation);

    /// <summary>The type.</summary>
    public BsonType Representation { get; }

    private protected override BsonValue Write(string value) =>
        Representation == BsonType.ObjectId ? new BsonObjectId(ObjectId.Parse(value)) : new BsonString(value);

    private protected override string Read(BsonValue value) => value switch
    {
        BsonString v => v.Value,
        BsonObjectId v when Representation == BsonType.ObjectId => v.Value.ToString(),
        _ => throw CannotRead(value),
    };

    private protected override IBsonSerializer As(BsonType representation) => new StringSerializer(representation);
}

/// <summary>GUIDs, stored as bytes in a chosen order, or as text.</summary>
public sealed class GuidSerializer : SerializerBase<Guid>
{
    /// <summary>As bytes in no chosen order: any use throws.</summary>
    public GuidSerializer()
        : this(BsonType.Binary)
    {
    }

    /// <summary>As a type.</summary>
    /// <param name="representation">Binary or String.</param>
    public GuidSerializer(BsonType representation) => Representation = representation is BsonType.Binary or BsonType.String
        ? representation
        : throw NoRepresentation(representation);

    /// <summary>As bytes.</summary>
    /// <param name="guidRepresentation">Their order.</param>
    public GuidSerializer(GuidRepresentation guidRepresentation)
        : this(BsonType.Binary) => GuidRepresentation = guidRepresentation;

    /// <summary>The bytes' order.</summary>
    public GuidRepresentation GuidRepresentation { get; }

    /// <summary>The type.</summary>
    public BsonType Representation { get; }

    private protected override BsonValue Write(Guid value)
    {
        if (Representation == BsonType.String)
        {
            return new BsonString(value.ToString("D"));
        }

        return GuidRepresentation == GuidRepresentation.Unspecified
            ? throw new BsonSerializationException("GuidSerializer cannot serialize a Guid when GuidRepresentation is Unspecified.")
            : new BsonBinaryData(value, GuidRepresentation);
    }

    private protected override Guid Read(BsonValue value) => value switch
    {
        BsonString v => Guid.Parse(v.Value),
        BsonBinaryData when GuidRepresentation == GuidRepresentation.Unspecified => throw new BsonSerializationException(
            "GuidSerializer cannot deserialize a Guid when GuidRepresentation is Unspecified."),
        BsonBinaryData v => v.ToGuid(GuidRepresentation),
        _ => throw CannotRead(value),
    };

    private protected override IBsonSerializer As(BsonType representation) => new GuidSerializer(representation);
}

/// <summary>Dates, stored in UTC as milliseconds, or as ticks or text.</summary>
public sealed class DateTimeSerializer : SerializerBase<DateTime>
{
    /// <summary>Read as UTC.</summary>
    public DateTimeSerializer()
        : this(DateTimeKind.Utc, BsonType.DateTime)
    {
    }

    /// <summary>Stored as a type, read as UTC.</summary>
    /// <param name="representation">DateTime, Int64 (ticks) or String (ISO 8601).</param>
    public DateTimeSerializer(BsonType representation)
        : this(DateTimeKind.Utc, representation)
    {
    }

    /// <summary>Read as a kind.</summary>
    /// <param name="kind">The kind.</param>
    public DateTimeSerializer(DateTimeKind kind)
        : this(kind, BsonType.DateTime)
    {
    }

    /// <summary>Stored as a type, read as a kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="representation">DateTime, Int64 (ticks) or String (ISO 8601).</param>
    public DateTimeSerializer(DateTimeKind kind, BsonType representation)
        : this(kind, representation, dateOnly: false)
    {
    }

    internal DateTimeSerializer(DateTimeKind kind, BsonType representation, bool dateOnly)
    {
        Representation = representation is BsonType.DateTime or BsonType.Int64 or BsonType.String
            ? representation
            : throw NoRepresentation(representation);
        Kind = kind;
        DateOnly = dateOnly;
    }

    /// <summary>Whether dates have no time of day.</summary>
    public bool DateOnly { get; }

    /// <summary>The kind that a date has when it is read.</summary>
    public DateTimeKind Kind { get; }

    /// <summary>The type.</summary>
    public BsonType Representation { get; }

    private protected override BsonValue Write(DateTime value)
    {
        if (DateOnly && value.TimeOfDay != TimeSpan.Zero)
        {
            throw new BsonSerializationException("TimeOfDay component is not zero.");
        }

        var utc = DateOnly || value == DateTime.MinValue || value == DateTime.MaxValue
            ? DateTime.SpecifyKind(value, DateTimeKind.Utc)
            : value.ToUniversalTime();
        return Representation switch
        {
            BsonType.Int64 => new BsonInt64(utc.Ticks),
            BsonType.String when DateOnly => new BsonString(value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            BsonType.String => new BsonString(utc.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture)),
            _ => new BsonDateTime(utc),
        };
    }

    private protected override DateTime Read(BsonValue value)
    {
        var utc = value switch
        {
            BsonDateTime v => v.ToUniversalTime(),
            BsonInt64 v => new DateTime(v.Value, DateTimeKind.Utc),
            BsonString v => DateTime.Parse(
                v.Value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal),
            _ => throw CannotRead(value),
        };
        if (DateOnly)
        {
            return utc.TimeOfDay == TimeSpan.Zero
                ? DateTime.SpecifyKind(utc, Kind)
                : throw new FormatException("TimeOfDay component for DateOnly DateTime value is not zero.");
        }

        return Kind switch
        {
            DateTimeKind.Local when utc != DateTime.MinValue && utc != DateTime.MaxValue => utc.ToLocalTime(),
            _ => DateTime.SpecifyKind(utc, Kind),
        };
    }

    private protected override IBsonSerializer As(BsonType representation) => new DateTimeSerializer(Kind, representation, DateOnly);
}

/// <summary>Decimals, stored as decimals, or as text or other numbers.</summary>
public sealed class DecimalSerializer : SerializerBase<decimal>
{
    /// <summary>As decimals.</summary>
    public DecimalSerializer()
        : this(BsonType.Decimal128)
    {
    }

    /// <summary>As a type.</summary>
    /// <param name="representation">Decimal128, String, Int32, Int64 or Double.</param>
    public DecimalSerializer(BsonType representation) => Representation = representation;

    /// <summary>The type.</summary>
    public BsonType Representation { get; }

    private protected override BsonValue Write(decimal value) => Numbers.Write(value, Representation);

    private protected override decimal Read(BsonValue value) => Numbers.Read<decimal>(value) ?? throw CannotRead(value);

    private protected override IBsonSerializer As(BsonType representation) => new DecimalSerializer(representation);
}

/// <summary>Numbers of a .NET type, stored as the BSON type that fits it, or as another.</summary>
internal sealed class NumberSerializer<T>(BsonType representation) : SerializerBase<T>
    where T : struct, IConvertible
{
    private protected override BsonValue Write(T value) => Numbers.Write(value, representation);

    private protected override T Read(BsonValue value) => Numbers.Read<T>(value) ?? throw CannotRead(value);

    private protected override IBsonSerializer As(BsonType representation) => new NumberSerializer<T>(representation);
}

internal static class Numbers
{
    internal static BsonValue Write(IConvertible value, BsonType representation)
    {
        try
        {
            switch (representation)
            {
                case BsonType.Int32:
                    return new BsonInt32(Exact(value, value.ToInt32(CultureInfo.InvariantCulture)));
                case BsonType.Int64:
                    return new BsonInt64(Exact(value, value.ToInt64(CultureInfo.InvariantCulture)));
                case BsonType.Double:
                    return new BsonDouble(value.ToDouble(CultureInfo.InvariantCulture));
                case BsonType.Decimal128:
                    return new BsonDecimal128(value.ToDecimal(CultureInfo.InvariantCulture));
                case BsonType.String:
                    return new BsonString(value.ToString(CultureInfo.InvariantCulture));
                default:
                    throw new NotSupportedException($"Representation {representation} of {value.GetType().Name} is not supported.");
            }
        }
        catch (InvalidCastException fault)
        {
            throw new NotSupportedException($"Representation {representation} of {value.GetType().Name} is not supported.", fault);
        }
    }

    /// <summary>The number as a .NET type; null when the value is no number.</summary>
    internal static T? Read<T>(BsonValue value)
        where T : struct, IConvertible
    {
        IConvertible number = value switch
        {
            BsonInt32 v => v.Value,
            BsonInt64 v => v.Value,
            BsonDouble v => v.Value,
            BsonDecimal128 v => (decimal)v.Value,
            BsonString v when typeof(T) == typeof(double) || typeof(T) == typeof(float) =>
                double.Parse(v.Value, CultureInfo.InvariantCulture),
            BsonString v => decimal.Parse(v.Value, NumberStyles.Float, CultureInfo.InvariantCulture),
            _ => null,
        };
        if (number is null)
        {
            return null;
        }

        if (number is T same)
        {
            return same;
        }

        if (number is double real && !double.IsFinite(real) && typeof(T) == typeof(float))
        {
            return (T)(object)(float)real;
        }

        var converted = (T)number.ToType(typeof(T), CultureInfo.InvariantCulture);
        return typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(decimal)
            ? converted
            : Exact(number, converted);
    }

    private static T Exact<T>(IConvertible from, T to)
        where T : IConvertible
    {
        if (from is double or float or decimal
            && from.ToDecimal(CultureInfo.InvariantCulture) != to.ToDecimal(CultureInfo.InvariantCulture))
        {
            throw new TruncationException("Truncation resulted in data loss.");
        }

        return to;
    }
}

/// <summary>Enums, stored as their numbers or names.</summary>
/// <typeparam name="TEnum">The enum.</typeparam>
public sealed class EnumSerializer<TEnum> : SerializerBase<TEnum>
    where TEnum : struct, Enum
{
    /// <summary>As their numbers.</summary>
    public EnumSerializer()
        : this(BsonType.EndOfDocument)
    {
    }

    /// <summary>As a type.</summary>
    /// <param name="representation">Int32, Int64 or String; 0 for the number that fits.</param>
    public EnumSerializer(BsonType representation)
    {
        var wide = Type.GetTypeCode(Enum.GetUnderlyingType(typeof(TEnum))) is TypeCode.Int64 or TypeCode.UInt64 or TypeCode.UInt32;
        Representation = representation switch
        {
            BsonType.EndOfDocument => wide ? BsonType.Int64 : BsonType.Int32,
            BsonType.Int32 or BsonType.Int64 or BsonType.String => representation,
            _ => throw NoRepresentation(representation),
        };
    }

    /// <summary>The type.</summary>
    public BsonType Representation { get; }

    private protected override BsonValue Write(TEnum value) => Representation switch
    {
        BsonType.String => new BsonString(value.ToString()),
        BsonType.Int32 => new BsonInt32((int)Number(value)),
        _ => new BsonInt64(Number(value)),
    };

    private protected override TEnum Read(BsonValue value) => value switch
    {
        BsonInt32 v => (TEnum)Enum.ToObject(typeof(TEnum), v.Value),
        BsonInt64 v => (TEnum)Enum.ToObject(typeof(TEnum), v.Value),
        BsonDouble v => (TEnum)Enum.ToObject(typeof(TEnum), checked((long)v.Value)),
        BsonString v when Enum.TryParse<TEnum>(v.Value, out var parsed) => parsed,
        BsonString v => Enum.TryParse<TEnum>(v.Value, ignoreCase: true, out var parsed)
            ? parsed
            : throw new FormatException($"Requested value '{v.Value}' was not found."),
        _ => throw CannotRead(value),
    };

    private protected override IBsonSerializer As(BsonType representation) => new EnumSerializer<TEnum>(representation);

    private static long Number(TEnum value) => Type.GetTypeCode(typeof(TEnum)) == TypeCode.UInt64
        ? unchecked((long)Convert.ToUInt64(value, CultureInfo.InvariantCulture))
        : Convert.ToInt64(value, CultureInfo.InvariantCulture);
}

/// <summary>A type whose values are written and read by two functions.</summary>
internal sealed class PlainSerializer<T>(Func<T, BsonValue> write, Func<BsonValue, object> read) : SerializerBase<T>
{
    private protected override BsonValue Write(T value) => write(value);

    // A reader answers null for a BSON type that it does not know.
    private protected override T Read(BsonValue value) => read(value) is T typed ? typed : throw CannotRead(value);
}

/// <summary>Moments with an offset: a document of three members as the real driver stores them, a date or text.</summary>
internal sealed class DateTimeOffsetSerializer(BsonType representation) : SerializerBase<DateTimeOffset>
{
    private protected override BsonValue Write(DateTimeOffset value) => representation switch
    {
        BsonType.DateTime => new BsonDateTime(value.UtcDateTime),
        BsonType.String => new BsonString(value.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture)),
        BsonType.Document => new BsonDocument
        {
            { "DateTime", new BsonDateTime(value.UtcDateTime) },
            { "Ticks", value.Ticks },
            { "Offset", (int)value.Offset.TotalMinutes },
        },
        _ => throw NoRepresentation(representation),
    };

    private protected override DateTimeOffset Read(BsonValue value) => value switch
    {
        BsonDateTime v => new DateTimeOffset(v.ToUniversalTime()),
        BsonString v => DateTimeOffset.Parse(v.Value, CultureInfo.InvariantCulture),
        BsonDocument v => new DateTimeOffset(v["Ticks"].ToInt64(), TimeSpan.FromMinutes(v["Offset"].ToInt32())),
        _ => throw CannotRead(value),
    };

    private protected override IBsonSerializer As(BsonType representation) => new DateTimeOffsetSerializer(representation);
}

/// <summary>Identifiers, stored as themselves or as text.</summary>
internal sealed class ObjectIdSerializer(BsonType representation) : SerializerBase<ObjectId>
{
    private protected override BsonValue Write(ObjectId value) =>
        representation == BsonType.String ? new BsonString(value.ToString()) : new BsonObjectId(value);

    private protected override ObjectId Read(BsonValue value) => value switch
    {
        BsonObjectId v => v.Value,
        BsonString v => ObjectId.Parse(v.Value),
        _ => throw CannotRead(value),
    };

    private protected override IBsonSerializer As(BsonType representation) =>
        representation is BsonType.ObjectId or BsonType.String ? new ObjectIdSerializer(representation) : null;
}
