using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace MongoDB.Bson.Storage;

/// <summary>
/// Turns a value into bytes whose order, byte by byte, is MongoDB's order of values: MinKey, null, numbers, text, documents, arrays,
/// bytes, ObjectIds, booleans, dates, timestamps, regular expressions, MaxKey. Equal bytes mean equal values, whatever their number type.
/// </summary>
internal static class ValueKey
{
    internal const byte MinKey = 0x0a;
    internal const byte Null = 0x14;
    internal const byte Number = 0x1e;
    internal const byte String = 0x28;
    internal const byte Document = 0x32;
    internal const byte Array = 0x3c;
    internal const byte Binary = 0x46;
    internal const byte ObjectId = 0x50;
    internal const byte Boolean = 0x5a;
    internal const byte DateTime = 0x64;
    internal const byte Timestamp = 0x6e;
    internal const byte RegularExpression = 0x78;
    internal const byte MaxKey = 0xf0;

    private const int DecimalScale = 28;

    internal static readonly byte[] OfNull = Encode(BsonNull.Value);

    internal static byte Class(BsonValue value) => value switch
    {
        BsonMinKey => MinKey,
        BsonNull => Null,
        BsonInt32 or BsonInt64 or BsonDouble or BsonDecimal128 => Number,
        BsonString => String,
        BsonDocument => Document,
        BsonArray => Array,
        BsonBinaryData => Binary,
        BsonObjectId => ObjectId,
        BsonBoolean => Boolean,
        BsonDateTime => DateTime,
        BsonTimestamp => Timestamp,
        BsonRegularExpression => RegularExpression,
        BsonMaxKey => MaxKey,
        _ => throw new NotSupportedException($"Values of type {value.BsonType} are not supported."),
    };

    internal static byte[] Encode(BsonValue value)
    {
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

    internal static bool AreEqual(BsonValue left, BsonValue right) => left switch
    {
        BsonString l => right is BsonString r && l.Value == r.Value,
        BsonBoolean l => right is BsonBoolean r && l.Value == r.Value,
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
                WriteDecimal(writer, (decimal)v.Value);
                break;
            case BsonString v:
                WriteText(writer, v.Value);
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
                v.Value.CopyTo(writer.GetSpan(12));
                writer.Advance(12);
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
            WriteRest(writer, (value - new BigInteger(nearest)) * BigInteger.Pow(10, DecimalScale));
        }
    }

    private static void WriteDecimal(ArrayBufferWriter<byte> writer, decimal value)
    {
        var nearest = double.Parse(
            value.ToString(System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
        WriteDouble(writer, nearest);

        // Both as integers over 10^28 * 2^shift; the shift hangs on the double alone, so rests of one double compare.
        var bits = BitConverter.DoubleToInt64Bits(nearest);
        var exponent = (int)((bits >> 52) & 0x7ff);
        var mantissa = bits & 0xfffffffffffff;
        (mantissa, exponent) = exponent == 0 ? (mantissa, -1074) : (mantissa | (1L << 52), exponent - 1075);
        var shift = exponent < 0 ? -exponent : 0;
        BigInteger binary = bits < 0 ? -mantissa : mantissa;
        binary = (exponent > 0 ? binary << exponent : binary) * BigInteger.Pow(10, DecimalScale);

        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var scale = (parts[3] >> 16) & 0xff;
        var digits = ((BigInteger)(uint)parts[2] << 64) | ((BigInteger)(uint)parts[1] << 32) | (uint)parts[0];
        digits = (parts[3] < 0 ? -digits : digits) * BigInteger.Pow(10, DecimalScale - scale) << shift;
        WriteRest(writer, digits - binary);
    }

    private static void WriteRest(ArrayBufferWriter<byte> writer, BigInteger rest)
    {
        if (rest.IsZero)
        {
            Byte(writer, 0x80);
            return;
        }

        var bytes = BigInteger.Abs(rest).ToByteArray(isUnsigned: true, isBigEndian: true);
        var negative = rest.Sign < 0;

        // The length decides first, so it is part of the leading byte's order. A rest never takes more than 120 bytes.
        Byte(writer, negative ? (byte)(0x80 - Math.Min(bytes.Length, 0x7f)) : (byte)(0x80 + Math.Min(bytes.Length, 0x7f)));
        foreach (var part in bytes)
        {
            Byte(writer, negative ? (byte)~part : part);
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
