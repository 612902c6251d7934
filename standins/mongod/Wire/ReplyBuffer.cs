using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Mongod.Commands;
using MongoDB.Bson;

namespace Mongod.Wire;

/// <summary>Builds replies, one after the other, in pooled memory. Documents that are bytes already are copied as bytes.</summary>
internal sealed class ReplyBuffer : IDisposable
{
    private const int Retained = 64 * 1024;
    private const byte OldBinary = 2;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(1024);
    private int _length;

    internal ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    /// <summary>Starts anew, and gives back what a large reply took.</summary>
    internal void Clear()
    {
        _length = 0;
        if (_bytes.Length > Retained)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = ArrayPool<byte>.Shared.Rent(1024);
        }
    }

    internal void WriteMessage(int requestId, int responseTo, MessageFlags flags, BsonDocument document)
    {
        Clear();
        WriteHeader(requestId, responseTo, RequestParser.OpMsg);
        WriteInt32((int)flags);
        WriteByte(0);
        WriteDocument(document);
        if ((flags & MessageFlags.ChecksumPresent) != MessageFlags.None)
        {
            BinaryPrimitives.WriteInt32LittleEndian(_bytes, _length + sizeof(int));
            WriteInt32((int)Crc32C.Compute(Written.Span));
        }

        CheckLength();
    }

    internal void WriteLegacyReply(int requestId, int responseTo, BsonDocument document)
    {
        const int AwaitCapable = 8;

        Clear();
        WriteHeader(requestId, responseTo, RequestParser.OpReply);
        WriteInt32(AwaitCapable);
        WriteInt64(0); // cursor
        WriteInt32(0); // starting from
        WriteInt32(1); // documents
        WriteDocument(document);
        CheckLength();
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private void WriteHeader(int requestId, int responseTo, int opCode)
    {
        WriteInt32(0); // The length, which is known at the end.
        WriteInt32(requestId);
        WriteInt32(responseTo);
        WriteInt32(opCode);
    }

    private void CheckLength()
    {
        if (_length > WireLimits.MaxMessageLength)
        {
            throw new CommandException(10334, "BSONObjectTooLarge", $"The reply has {_length} bytes, which is more than {WireLimits.MaxMessageLength}");
        }

        BinaryPrimitives.WriteInt32LittleEndian(_bytes, _length);
    }

    private void WriteDocument(BsonDocument document)
    {
        if (document is RawBsonDocument raw)
        {
            WriteRaw(raw.Slice);
            return;
        }

        var start = StartDocument();
        for (var i = 0; i < document.ElementCount; i++)
        {
            var element = document.GetElement(i);
            WriteByte((byte)element.Value.BsonType);
            WriteCString(element.Name);
            WriteValue(element.Value);
        }

        EndDocument(start);
    }

    private void WriteArray(BsonArray array)
    {
        if (array is RawBsonArray raw)
        {
            WriteRaw(raw.Slice);
            return;
        }

        var start = StartDocument();
        for (var i = 0; i < array.Count; i++)
        {
            var value = array[i];
            WriteByte((byte)value.BsonType);
            i.TryFormat(Reserve(11), out var digits);
            _length += digits;
            WriteByte(0);
            WriteValue(value);
        }

        EndDocument(start);
    }

    private void WriteValue(BsonValue value)
    {
        switch (value.BsonType)
        {
            case BsonType.Double:
                WriteInt64(BitConverter.DoubleToInt64Bits(value.AsDouble));
                break;
            case BsonType.String:
                WriteString(value.AsString);
                break;
            case BsonType.Document:
                WriteDocument(value.AsBsonDocument);
                break;
            case BsonType.Array:
                WriteArray(value.AsBsonArray);
                break;
            case BsonType.Binary:
                WriteBinary(value.AsBsonBinaryData);
                break;
            case BsonType.Undefined or BsonType.Null or BsonType.MinKey or BsonType.MaxKey:
                break;
            case BsonType.ObjectId:
                Reserve(12);
                value.AsObjectId.ToByteArray(_bytes, _length);
                _length += 12;
                break;
            case BsonType.Boolean:
                WriteByte(value.AsBoolean ? (byte)1 : (byte)0);
                break;
            case BsonType.DateTime:
                WriteInt64(value.AsBsonDateTime.MillisecondsSinceEpoch);
                break;
            case BsonType.RegularExpression:
                WriteCString(value.AsBsonRegularExpression.Pattern);
                WriteCString(value.AsBsonRegularExpression.Options);
                break;
            case BsonType.JavaScript:
                WriteString(value.AsBsonJavaScript.Code);
                break;
            case BsonType.Symbol:
                WriteString(value.AsBsonSymbol.Name);
                break;
            case BsonType.JavaScriptWithScope:
                {
                    var start = StartDocument();
                    WriteString(value.AsBsonJavaScriptWithScope.Code);
                    WriteDocument(value.AsBsonJavaScriptWithScope.Scope);
                    BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(start), _length - start);
                    break;
                }

            case BsonType.Int32:
                WriteInt32(value.AsInt32);
                break;
            case BsonType.Timestamp:
                WriteInt64(value.AsBsonTimestamp.Value);
                break;
            case BsonType.Int64:
                WriteInt64(value.AsInt64);
                break;
            case BsonType.Decimal128:
                WriteInt64((long)value.AsDecimal128.GetIEEELowBits());
                WriteInt64((long)value.AsDecimal128.GetIEEEHighBits());
                break;
            default:
                throw new InvalidOperationException($"A value of type {value.BsonType} cannot be written.");
        }
    }

    private void WriteBinary(BsonBinaryData value)
    {
        var bytes = value.Bytes;
        // The old generic subtype repeats its length.
        var isOld = (byte)value.SubType == OldBinary;
        WriteInt32(bytes.Length + (isOld ? sizeof(int) : 0));
        WriteByte((byte)value.SubType);
        if (isOld)
        {
            WriteInt32(bytes.Length);
        }

        WriteBytes(bytes);
    }

    private void WriteRaw(MongoDB.Bson.IO.IByteBuffer slice)
    {
        for (var position = 0; position < slice.Length;)
        {
            var segment = slice.AccessBackingBytes(position);
            var bytes = segment.AsSpan(0, Math.Min(segment.Count, slice.Length - position));
            WriteBytes(bytes);
            position += bytes.Length;
        }
    }

    private void WriteString(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        WriteInt32(length + 1);
        _length += Encoding.UTF8.GetBytes(value, Reserve(length));
        WriteByte(0);
    }

    private void WriteCString(string value)
    {
        _length += Encoding.UTF8.GetBytes(value, Reserve(Encoding.UTF8.GetMaxByteCount(value.Length)));
        WriteByte(0);
    }

    private int StartDocument()
    {
        WriteInt32(0);
        return _length - sizeof(int);
    }

    private void EndDocument(int start)
    {
        WriteByte(0);
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(start), _length - start);
    }

    private void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    private void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Reserve(sizeof(int)), value);
        _length += sizeof(int);
    }

    private void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Reserve(sizeof(long)), value);
        _length += sizeof(long);
    }

    private void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    private Span<byte> Reserve(int size)
    {
        if (_bytes.Length - _length < size)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_length + size, _bytes.Length * 2));
            _bytes.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsSpan(_length);
    }
}
