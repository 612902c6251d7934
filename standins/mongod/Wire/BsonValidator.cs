using System.Buffers.Binary;
using System.Text.Unicode;
using Mongod.Commands;

namespace Mongod.Wire;

/// <summary>
/// Checks BSON that came from outside before anything reads it: lengths, types, terminators, UTF-8 and depth. It does not recurse, so a
/// deep document cannot exhaust the stack.
/// </summary>
internal static class BsonValidator
{
    private const int MinLength = 5;

    /// <summary>The length of the document at the start of <paramref name="bytes"/>, after it was checked.</summary>
    /// <exception cref="CommandException">The document is invalid (22), too large (10334) or too deep (15).</exception>
    internal static int Validate(ReadOnlySpan<byte> bytes, int maxDepth = WireLimits.MaxDepth)
    {
        if (bytes.Length < MinLength)
        {
            throw Invalid("the document is cut off");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length is < MinLength or > WireLimits.MaxInternalDocumentLength)
        {
            throw new CommandException(10334, "BSONObjectTooLarge", $"BSONObj size: {length} is invalid. Size must be between 0 and {WireLimits.MaxInternalDocumentLength}(16MB)");
        }

        if (length > bytes.Length)
        {
            throw Invalid("the document's length is more than what was sent");
        }

        Walk(bytes[..length], maxDepth);
        return length;
    }

    private static void Walk(ReadOnlySpan<byte> bytes, int maxDepth)
    {
        // Where each open document ends: the position after its terminator.
        Span<int> ends = stackalloc int[maxDepth];
        var depth = 0;
        ends[0] = bytes.Length;
        var position = sizeof(int);
        while (true)
        {
            var last = ends[depth] - 1;
            if (position == last)
            {
                if (bytes[position] != 0)
                {
                    throw Invalid("a document does not end with a zero");
                }

                position++;
                if (depth == 0)
                {
                    return;
                }

                depth--;
                continue;
            }

            var type = bytes[position++];
            var rest = bytes[position..last];
            var name = rest.IndexOf((byte)0);
            if (name < 0)
            {
                throw Invalid("a field's name does not end");
            }

            CheckUtf8(rest[..name]);
            position += name + 1;
            var value = rest[(name + 1)..];
            switch (type)
            {
                case 0x01 or 0x09 or 0x11 or 0x12: // double, date, timestamp, int64
                    position += Fixed(value, 8);
                    break;
                case 0x02 or 0x0D or 0x0E: // string, code, symbol
                    position += String(value);
                    break;
                case 0x03 or 0x04: // document, array
                    Open(Length(value, MinLength), ends, ref depth, ref position);
                    break;
                case 0x05:
                    position += Binary(value);
                    break;
                case 0x06 or 0x0A or 0x7F or 0xFF: // undefined, null, the greatest and the least key
                    break;
                case 0x07: // object id
                    position += Fixed(value, 12);
                    break;
                case 0x08:
                    position += Fixed(value, 1);
                    if (value[0] > 1)
                    {
                        throw Invalid("a boolean is neither 0 nor 1");
                    }

                    break;
                case 0x0B:
                    position += RegularExpression(value);
                    break;
                case 0x0F:
                    {
                        var length = Length(value, sizeof(int) + sizeof(int) + 1 + MinLength);
                        var code = String(value[sizeof(int)..length]);
                        var scope = value[(sizeof(int) + code)..length];
                        if (Length(scope, MinLength) != scope.Length)
                        {
                            throw Invalid("code with scope has a wrong length");
                        }

                        position += sizeof(int) + code;
                        Open(scope.Length, ends, ref depth, ref position);
                        break;
                    }

                case 0x10:
                    position += Fixed(value, 4);
                    break;
                case 0x13: // decimal
                    position += Fixed(value, 16);
                    break;
                default:
                    throw Invalid($"the BSON type {type} is not known");
            }
        }
    }

    private static void Open(int length, Span<int> ends, ref int depth, ref int position)
    {
        if (++depth == ends.Length)
        {
            throw new CommandException(15, "Overflow", $"BSONObj exceeds maximum nested object depth of {ends.Length}");
        }

        ends[depth] = position + length;
        position += sizeof(int);
    }

    private static int Fixed(ReadOnlySpan<byte> value, int length) => value.Length >= length ? length : throw Invalid("a value is cut off");

    /// <summary>A length prefix, which counts itself.</summary>
    private static int Length(ReadOnlySpan<byte> value, int least)
    {
        Fixed(value, sizeof(int));
        var length = BinaryPrimitives.ReadInt32LittleEndian(value);
        return length >= least && length <= value.Length ? length : throw Invalid("a length does not fit its document");
    }

    private static int String(ReadOnlySpan<byte> value)
    {
        Fixed(value, sizeof(int));
        var length = BinaryPrimitives.ReadInt32LittleEndian(value);
        if (length < 1 || length > value.Length - sizeof(int))
        {
            throw Invalid("a string's length does not fit its document");
        }

        if (value[sizeof(int) + length - 1] != 0)
        {
            throw Invalid("a string does not end with a zero");
        }

        CheckUtf8(value.Slice(sizeof(int), length - 1));
        return sizeof(int) + length;
    }

    private static int Binary(ReadOnlySpan<byte> value)
    {
        Fixed(value, sizeof(int) + 1);
        var length = BinaryPrimitives.ReadInt32LittleEndian(value);
        if (length < 0 || length > value.Length - sizeof(int) - 1)
        {
            throw Invalid("a binary's length does not fit its document");
        }

        var content = value.Slice(sizeof(int) + 1, length);
        switch (value[sizeof(int)])
        {
            // The old generic subtype repeats its length.
            case 0x02 when content.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(content) != length - sizeof(int):
                throw Invalid("a binary of subtype 2 has a wrong length");
            case 0x03 or 0x04 when length != 16:
                throw Invalid("a UUID does not have 16 bytes");
            default:
                return sizeof(int) + 1 + length;
        }
    }

    private static int RegularExpression(ReadOnlySpan<byte> value)
    {
        var pattern = value.IndexOf((byte)0);
        var options = pattern < 0 ? -1 : value[(pattern + 1)..].IndexOf((byte)0);
        if (options < 0)
        {
            throw Invalid("a regular expression does not end");
        }

        CheckUtf8(value[..pattern]);
        CheckUtf8(value.Slice(pattern + 1, options));
        return pattern + options + 2;
    }

    private static void CheckUtf8(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
        {
            throw Invalid("a text is not UTF-8");
        }
    }

    private static CommandException Invalid(string reason) => new(22, "InvalidBSON", $"Invalid BSON: {reason}");
}
