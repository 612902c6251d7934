using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using MongoDB.Bson;

namespace Mongod.Engine.Values;

/// <summary>
/// Encodes a value as bytes whose order, byte by byte, is MongoDB's order of values: MinKey, undefined, null, numbers, text, documents,
/// arrays, binary data, ObjectIds, booleans, dates, timestamps, regular expressions, code, MaxKey. Equal bytes mean equal values, whatever
/// their number type. No encoding is the beginning of another one, so the keys of several fields can be joined.
/// </summary>
internal static class ValueKey
{
    internal const byte Undefined = 0x0f;
    internal const byte Number = 0x1e;
    internal const byte DateTime = 0x64;

    private const byte MinKey = 0x0a;
    private const byte Null = 0x14;
    private const byte String = 0x28;
    private const byte Document = 0x32;
    private const byte Array = 0x3c;
    private const byte Binary = 0x46;
    private const byte ObjectId = 0x50;
    private const byte Boolean = 0x5a;
    private const byte Timestamp = 0x6e;
    private const byte RegularExpression = 0x78;
    private const byte Code = 0x82;
    private const byte CodeWithScope = 0x8c;
    private const byte MaxKey = 0xf0;

    internal static readonly byte[] OfNull = [Null];

    /// <summary>An empty array has no items to stand for it; MongoDB's indexes and sorts use undefined.</summary>
    internal static readonly byte[] OfEmptyArray = [Undefined];

    /// <summary>The first byte of a value's key: comparisons of a query stay within one class.</summary>
    internal static byte Class(BsonValue value) => value.BsonType switch
    {
        BsonType.MinKey => MinKey,
        BsonType.Undefined => Undefined,
        BsonType.Null => Null,
        BsonType.Int32 or BsonType.Int64 or BsonType.Double or BsonType.Decimal128 => Number,
        BsonType.String or BsonType.Symbol => String,
        BsonType.Document => Document,
        BsonType.Array => Array,
        BsonType.Binary => Binary,
        BsonType.ObjectId => ObjectId,
        BsonType.Boolean => Boolean,
        BsonType.DateTime => DateTime,
        BsonType.Timestamp => Timestamp,
        BsonType.RegularExpression => RegularExpression,
        BsonType.JavaScript => Code,
        BsonType.JavaScriptWithScope => CodeWithScope,
        _ => MaxKey,
    };

    internal static byte[] Encode(BsonValue value)
    {
        if (value.BsonType == BsonType.ObjectId)
        {
            var key = new byte[13];
            key[0] = ObjectId;
            value.AsObjectId.ToByteArray().CopyTo(key, 1);
            return key;
        }

        var writer = new ArrayBufferWriter<byte>(32);
        Write(writer, value);
        return writer.WrittenSpan.ToArray();
    }

    internal static int Compare(BsonValue left, BsonValue right)
    {
        switch (left, right)
        {
            case (BsonInt32 l, BsonInt32 r):
                return l.Value.CompareTo(r.Value);
            case (BsonInt64 l, BsonInt64 r):
                return l.Value.CompareTo(r.Value);
            case (BsonObjectId l, BsonObjectId r):
                return l.Value.CompareTo(r.Value);
            case (BsonDateTime l, BsonDateTime r):
                return l.MillisecondsSinceEpoch.CompareTo(r.MillisecondsSinceEpoch);
        }

        var byClass = Class(left).CompareTo(Class(right));
        return byClass != 0 ? byClass : Encode(left).AsSpan().SequenceCompareTo(Encode(right));
    }

    internal static bool AreEqual(BsonValue left, BsonValue right) => (left, right) switch
    {
        (BsonString l, BsonString r) => l.Value == r.Value,
        (BsonBoolean l, BsonBoolean r) => l.Value == r.Value,
        _ => ReferenceEquals(left, right) || Compare(left, right) == 0,
    };

    private static void Write(ArrayBufferWriter<byte> writer, BsonValue value)
    {
        Byte(writer, Class(value));
        switch (value)
        {
            case BsonInt32 v:
                WriteDouble(writer, v.Value);
                Byte(writer, 0x80);
                break;
            case BsonInt64 v:
                WriteInt64(writer, v.Value);
                break;
            case BsonDouble v:
                WriteDouble(writer, v.Value);
                Byte(writer, 0x80);
                break;
            case BsonDecimal128 v:
                WriteDecimal(writer, v.Value);
                break;
            case BsonString v:
                WriteText(writer, v.Value);
                break;
            case BsonSymbol v:
                WriteText(writer, v.Name);
                break;
            case BsonDocument v:
                foreach (var element in v)
                {
                    Byte(writer, Class(element.Value));
                    WriteText(writer, element.Name);
                    Write(writer, element.Value);
                }

                Byte(writer, 0);
                break;
            case BsonArray v:
                foreach (var item in v)
                {
                    Write(writer, item);
                }

                Byte(writer, 0);
                break;
            case BsonBinaryData v:
                BinaryPrimitives.WriteInt32BigEndian(writer.GetSpan(4), v.Bytes.Length);
                writer.Advance(4);
                Byte(writer, (byte)v.SubType);
                writer.Write(v.Bytes);
                break;
            case BsonObjectId v:
                writer.Write(v.Value.ToByteArray());
                break;
            case BsonBoolean v:
                Byte(writer, v.Value ? (byte)1 : (byte)0);
                break;
            case BsonDateTime v:
                UInt64(writer, (ulong)v.MillisecondsSinceEpoch ^ 0x8000000000000000);
                break;
            case BsonTimestamp v:
                UInt64(writer, (ulong)v.Value);
                break;
            case BsonRegularExpression v:
                WriteText(writer, v.Pattern);
                WriteText(writer, v.Options);
                break;
            case BsonJavaScriptWithScope v:
                WriteText(writer, v.Code);
                Write(writer, v.Scope);
                break;
            case BsonJavaScript v:
                WriteText(writer, v.Code);
                break;
        }
    }

    private static void Byte(ArrayBufferWriter<byte> writer, byte value)
    {
        writer.GetSpan(1)[0] = value;
        writer.Advance(1);
    }

    private static void UInt64(ArrayBufferWriter<byte> writer, ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(writer.GetSpan(8), value);
        writer.Advance(8);
    }

    // A number is its nearest double, then how far off that double is; so all number types share one order and nothing is lost.
    private static void WriteDouble(ArrayBufferWriter<byte> writer, double value)
    {
        if (double.IsNaN(value))
        {
            UInt64(writer, 0); // NaN comes before every other number.
            return;
        }

        var bits = BitConverter.DoubleToUInt64Bits(value == 0 ? 0.0 : value);
        UInt64(writer, (bits & 0x8000000000000000) != 0 ? ~bits : bits | 0x8000000000000000);
    }

    private static void WriteInt64(ArrayBufferWriter<byte> writer, long value)
    {
        var nearest = (double)value;
        WriteDouble(writer, nearest);
        if (Math.Abs(value / 2) < 1L << 52)
        {
            Byte(writer, 0x80);
        }
        else
        {
            WriteRest(writer, value, 0, nearest);
        }
    }

    private static void WriteDecimal(ArrayBufferWriter<byte> writer, Decimal128 value)
    {
        if (Decimal128.IsNaN(value) || Decimal128.IsInfinity(value))
        {
            WriteDouble(writer, Decimal128.IsNaN(value) ? double.NaN
                : Decimal128.IsNegative(value) ? double.NegativeInfinity : double.PositiveInfinity);
            Byte(writer, 0x80);
            return;
        }

        // The text is digits with a point or an exponent; both halves of the number come from it.
        var text = value.ToString();
        var nearest = Math.Clamp(double.Parse(text, CultureInfo.InvariantCulture), double.MinValue, double.MaxValue);
        WriteDouble(writer, nearest);
        var exponent = 0;
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        if (mark >= 0)
        {
            exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..mark];
        }

        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
        {
            exponent -= text.Length - point - 1;
            text = text.Remove(point, 1);
        }

        WriteRest(writer, BigInteger.Parse(text, CultureInfo.InvariantCulture), exponent, nearest);
    }

    /// <summary>Writes how far coefficient * 10^exponent is from its nearest double, as an integer over 10^scale * 2^shift.</summary>
    private static void WriteRest(ArrayBufferWriter<byte> writer, BigInteger coefficient, int exponent, double nearest)
    {
        var bits = BitConverter.DoubleToInt64Bits(nearest);
        var power = (int)((bits >> 52) & 0x7ff);
        var mantissa = bits & 0xfffffffffffff;
        (mantissa, power) = power == 0 ? (mantissa, -1074) : (mantissa | (1L << 52), power - 1075);

        // Both depend on the double alone, so that the rests of one double compare. 34 digits reach 37 places below its first.
        var shift = Math.Max(0, -power);
        var scale = nearest == 0 ? 6176 : Math.Max(0, 37 - (int)Math.Floor((power + 52) * 0.30102999566398));
        if (power == -1074)
        {
            scale = 6176;
        }

        if (coefficient.IsZero)
        {
            Byte(writer, 0x80);
            return;
        }

        var whole = (bits < 0 ? -mantissa : mantissa) * BigInteger.Pow(10, scale);
        whole = power > 0 ? whole << power : whole;
        var rest = (exponent + scale >= 0
            ? coefficient * BigInteger.Pow(10, exponent + scale)
            : coefficient / BigInteger.Pow(10, -exponent - scale)) << shift;
        rest -= whole;
        if (rest.IsZero)
        {
            Byte(writer, 0x80);
            return;
        }

        // The length decides first, so it is part of the order: one byte, and two more when that is not enough.
        var bytes = BigInteger.Abs(rest).ToByteArray(isUnsigned: true, isBigEndian: true);
        var flip = rest.Sign < 0 ? (byte)0xff : (byte)0;
        Byte(writer, rest.Sign < 0 ? (byte)(0x80 - Math.Min(bytes.Length, 0x7f)) : (byte)(0x80 + Math.Min(bytes.Length, 0x7f)));
        if (bytes.Length >= 0x7f)
        {
            Byte(writer, (byte)((bytes.Length >> 8) ^ flip));
            Byte(writer, (byte)((bytes.Length & 0xff) ^ flip));
        }

        foreach (var part in bytes)
        {
            Byte(writer, (byte)(part ^ flip));
        }
    }

    // Ended by 00 00; a NUL inside is 00 FF, so that a prefix comes before what it begins.
    private static void WriteText(ArrayBufferWriter<byte> writer, string text)
    {
        var size = Encoding.UTF8.GetByteCount(text);
        var span = writer.GetSpan(size + 2);
        Encoding.UTF8.GetBytes(text, span);
        if (span[..size].Contains((byte)0))
        {
            var copy = span[..size].ToArray();
            foreach (var part in copy)
            {
                Byte(writer, part);
                if (part == 0)
                {
                    Byte(writer, 0xff);
                }
            }

            Byte(writer, 0);
            Byte(writer, 0);
            return;
        }

        span[size] = 0;
        span[size + 1] = 0;
        writer.Advance(size + 2);
    }
}

/// <summary>Orders keys byte by byte.</summary>
internal sealed class KeyOrder : IComparer<byte[]>, IEqualityComparer<byte[]>
{
    internal static readonly KeyOrder Instance = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj)
    {
        var hash = default(HashCode);
        hash.AddBytes(obj);
        return hash.ToHashCode();
    }
}
