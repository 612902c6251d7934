using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Engine.Storing;

/// <summary>
/// Converts a file of the time before this server, whose rows are SQLite's binary JSON (sqlite.org/jsonb.html), in place and in one
/// transaction. There, types that JSON lacks are extended JSON, and a <c>$</c> at the start of a name is doubled.
/// </summary>
internal static class Conversion
{
    private const uint OldApplicationId = 0x475a444c;
    private const int ApplicationIdOffset = 68;

    internal static void ConvertIfOld(string path, string database)
    {
        if (!IsOld(path))
        {
            return;
        }

        using var connection = new Sqlite(path, create: false);
        connection.Execute("BEGIN IMMEDIATE");
        var specifications = Rows(connection, "SELECT id, specification FROM indexes WHERE id > ?1 ORDER BY id").ToArray();
        foreach (var (id, jsonb) in specifications)
        {
            var specification = IndexSpecification.Read(Decode(jsonb));
            connection.Prepare("UPDATE indexes SET specification = ?1, multikey = 0 WHERE id = ?2")
                .Bind(1, specification.Write().ToBson()).Bind(2, id).Run();
            connection.Execute($"DROP TABLE x{id}");
            connection.Execute(new IndexTable(id, specification, 0).CreateSql);
        }

        var session = new Session(connection, Catalog.Load(connection, connection.ReadInt64("PRAGMA user_version")), database);
        foreach (var collection in session.Catalog.Collections.Values)
        {
            foreach (var (id, jsonb) in Rows(connection, $"SELECT id, doc FROM {collection.Table} WHERE id > ?1 ORDER BY id LIMIT 1"))
            {
                var document = Decode(jsonb);
                connection.Prepare($"UPDATE {collection.Table} SET key = ?1, doc = ?2 WHERE id = ?3")
                    .Bind(1, ValueKey.Encode(document["_id"])).Bind(2, document.ToBson()).Bind(3, id).Run();
            }

            collection.Indexes.ForEach(index => session.FillIndex(collection, index));
        }

        connection.Execute($"PRAGMA application_id = {Catalog.ApplicationId}");
        connection.Execute("COMMIT");
        connection.Checkpoint(truncate: true);
    }

    private static bool IsOld(string path)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        Span<byte> header = stackalloc byte[ApplicationIdOffset + sizeof(uint)];
        using var file = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length
            && BinaryPrimitives.ReadUInt32BigEndian(header[ApplicationIdOffset..]) == OldApplicationId;
    }

    private static IEnumerable<(long Id, byte[] Value)> Rows(Sqlite connection, string sql)
    {
        // One row at a time: the statement is over before the row is changed.
        for (var last = long.MinValue; ;)
        {
            var rows = connection.Prepare(sql).Bind(1, last);
            if (!rows.Step())
            {
                yield break;
            }

            var value = rows.Blob(1).ToArray();
            last = rows.Int64(0);
            rows.Reset();
            yield return (last, value);
        }
    }

    private static BsonDocument Decode(ReadOnlySpan<byte> bytes)
    {
        var (type, payload, _) = Next(bytes);
        return (BsonDocument)Read(type, payload, plain: true);
    }

    private static BsonValue Read(int type, ReadOnlySpan<byte> payload, bool plain = false)
    {
        switch (type)
        {
            case 0:
                return BsonNull.Value;
            case 1 or 2:
                return (BsonBoolean)(type == 1);
            case 3:
                return Number(payload) is >= int.MinValue and <= int.MaxValue and var number ? (int)number : Number(payload);
            case 5:
                return double.Parse(payload, NumberStyles.Float, CultureInfo.InvariantCulture);
            case 7 or 10:
                return Encoding.UTF8.GetString(payload);
            case 11:
                var array = new BsonArray();
                while (!payload.IsEmpty)
                {
                    var (itemType, item, rest) = Next(payload);
                    array.Add(Read(itemType, item));
                    payload = rest;
                }

                return array;
            case 12:
                return ReadObject(payload, plain);
            default:
                throw new SqliteFault(SQLitePCL.raw.SQLITE_CORRUPT, $"a row of the earlier version holds the JSONB type {type}");
        }
    }

    private static BsonValue ReadObject(ReadOnlySpan<byte> payload, bool plain)
    {
        var document = new BsonDocument(allowDuplicateNames: true);
        while (!payload.IsEmpty)
        {
            var (_, name, afterName) = Next(payload);
            var (type, value, rest) = Next(afterName);
            var text = Encoding.UTF8.GetString(name);
            if (text.StartsWith('$'))
            {
                if (!plain && document.ElementCount == 0 && !text.StartsWith("$$", StringComparison.Ordinal))
                {
                    return ReadTyped(text, value, rest);
                }

                text = text[1..];
            }

            document.Add(text, Read(type, value));
            payload = rest;
        }

        return document;
    }

    private static BsonValue ReadTyped(string name, ReadOnlySpan<byte> value, ReadOnlySpan<byte> rest)
    {
        var text = Encoding.UTF8.GetString(value);
        return name switch
        {
            "$oid" => ObjectId.Parse(text),
            "$date" => new BsonDateTime(Number(value)),
            "$numberLong" => Number(value),
            "$numberDouble" => double.Parse(text, CultureInfo.InvariantCulture),
            "$numberDecimal" => Decimal128.Parse(text),
            "$binary" => new BsonBinaryData(Convert.FromBase64String(text), (BsonBinarySubType)Second(rest).ToInt32()),
            "$regex" => new BsonRegularExpression(text, Second(rest).AsString),
            "$timestamp" => new BsonTimestamp(Number(value)),
            "$minKey" => BsonMinKey.Value,
            "$maxKey" => BsonMaxKey.Value,
            _ => throw new SqliteFault(SQLitePCL.raw.SQLITE_CORRUPT, $"a row of the earlier version holds the type {name}"),
        };
    }

    private static BsonValue Second(ReadOnlySpan<byte> rest)
    {
        var (type, value, _) = Next(Next(rest).Rest);
        return Read(type, value);
    }

    private static long Number(ReadOnlySpan<byte> digits) => long.Parse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static Element Next(ReadOnlySpan<byte> bytes)
    {
        var (header, size) = (bytes[0] >> 4) switch
        {
            12 => (2, bytes[1]),
            13 => (3, BinaryPrimitives.ReadUInt16BigEndian(bytes[1..])),
            14 => (5, BinaryPrimitives.ReadInt32BigEndian(bytes[1..])),
            var small => (1, small),
        };
        return new Element(bytes[0] & 0xf, bytes.Slice(header, size), bytes[(header + size)..]);
    }

    private readonly ref struct Element(int type, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> rest)
    {
        internal readonly ReadOnlySpan<byte> Rest = rest;
        private readonly ReadOnlySpan<byte> _payload = payload;

        internal void Deconstruct(out int kind, out ReadOnlySpan<byte> content, out ReadOnlySpan<byte> after)
        {
            kind = type;
            content = _payload;
            after = Rest;
        }
    }
}
