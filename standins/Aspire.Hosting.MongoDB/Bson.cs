using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Aspire.Hosting.MongoDB;

/// <summary>As much of BSON as commands of the app host and their replies need. See https://bsonspec.org/spec.html.</summary>
internal static class Bson
{
    public static byte[] Write(IEnumerable<(string Name, object Value)> fields)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(0);
        foreach (var (name, value) in fields)
        {
            var (type, bytes) = value switch
            {
                int number => (0x10, BitConverter.GetBytes(number)),
                bool flag => (0x08, [flag ? (byte)1 : (byte)0]),
                string text => (0x02, [.. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text) + 1), .. Encoding.UTF8.GetBytes(text), 0]),
                byte[] binary => (0x05, [.. BitConverter.GetBytes(binary.Length), 0, .. binary]),
                (string, object)[] document => (0x03, Write(document)),
                string[] array => (0x04, Write(array.Select((item, i) => (i.ToString(CultureInfo.InvariantCulture), (object)item)))),
                _ => throw new NotSupportedException($"{value.GetType().Name} is not supported in a command."),
            };
            writer.Write((byte)type);
            writer.Write(Encoding.UTF8.GetBytes(name));
            writer.Write((byte)0);
            writer.Write(bytes);
        }

        writer.Write((byte)0);
        writer.Seek(0, SeekOrigin.Begin);
        writer.Write((int)stream.Length);
        return stream.ToArray();
    }

    /// <summary>Reads the fields of a document; documents in it are passed over.</summary>
    /// <exception cref="InvalidDataException">It is not a document, or has a field of another type than replies have.</exception>
    public static Dictionary<string, object?> Read(ReadOnlySpan<byte> document)
    {
        var fields = new Dictionary<string, object?>();
        try
        {
            var rest = document[4..];
            while (rest[0] is var type and not 0)
            {
                var end = rest[1..].IndexOf((byte)0) + 1;
                var name = Encoding.UTF8.GetString(rest[1..end]);
                rest = rest[(end + 1)..];
                (fields[name], var length) = type switch
                {
                    0x01 => ((object?)BinaryPrimitives.ReadDoubleLittleEndian(rest), 8),
                    0x02 => (Encoding.UTF8.GetString(rest.Slice(4, Int(rest) - 1)), 4 + Int(rest)),
                    0x03 or 0x04 => (null, Int(rest)),
                    0x05 => (rest.Slice(5, Int(rest)).ToArray(), 5 + Int(rest)),
                    0x07 => (null, 12),
                    0x08 => (rest[0] != 0, 1),
                    0x09 or 0x11 => (null, 8),
                    0x0A => (null, 0),
                    0x10 => (Int(rest), 4),
                    0x12 => (BinaryPrimitives.ReadInt64LittleEndian(rest), 8),
                    _ => throw new InvalidDataException($"A reply has a field of type {type}."),
                };
                rest = rest[length..];
            }

            return fields;
        }
        catch (Exception exception) when (exception is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("A reply is cut off.", exception);
        }

        static int Int(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }
}
