#nullable enable
using MongoDB.Bson;
using MongoDB.Bson.Storage;
using MongoDB.Driver.Query;

namespace MongoDB.Driver.Storage;

/// <summary>A connection within a transaction, and what the file held when it began.</summary>
internal sealed class Session(Sqlite connection, Catalog catalog, CancellationToken cancellationToken)
{
    internal Sqlite Connection => connection;

    internal Catalog Catalog { get; private set; } = catalog;

    internal CollectionTable? Find(string collection) => Catalog.Collections.GetValueOrDefault(collection);

    /// <summary>The rows that fit, in order; the caller takes as many as it wants.</summary>
    internal IEnumerable<(long Id, BsonDocument Document)> Scan(CollectionTable collection, Matcher matcher, SortOrder? sort, long limit)
    {
        var plan = Plan.Choose(collection, matcher.Conditions, sort, limit);
        var rows = Rows(plan, matcher);
        return plan.IsSorted ? rows : rows.ToList().OrderBy(row => sort!.KeyOf(row.Document), sort);
    }

    internal CollectionTable FindOrCreate(string collection)
    {
        if (Find(collection) is { } found)
        {
            return found;
        }

        if (Catalog.Version == 0)
        {
            Catalog.Create(connection);
            Reload();
        }

        connection.Prepare("INSERT INTO collections (name) VALUES (?1)").Bind(1, collection).Run();
        var table = new CollectionTable(connection.LastInsertRowId, collection, []);
        connection.Execute($"CREATE TABLE {table.Table} (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, doc BLOB NOT NULL)");
        Changed();
        return Find(collection)!;
    }

    internal void Insert(CollectionTable collection, CollectionNaming naming, BsonDocument document)
    {
        var id = document["_id"];
        if (id is BsonArray or BsonRegularExpression)
        {
            throw new WriteFault(53, "InvalidIdField", $"The '_id' value cannot be of type {(id is BsonArray ? "array" : "regex")}");
        }

        var bytes = Encode(document);
        try
        {
            connection.Prepare($"INSERT INTO {collection.Table} (key, doc) VALUES (?1, ?2)")
                .Bind(1, ValueKey.Encode(id)).Bind(2, bytes).Run();
        }
        catch (SqliteFault fault) when (fault.IsConstraint)
        {
            throw naming.DuplicateKey("_id_", [("_id", 1)], [id]);
        }

        var row = connection.LastInsertRowId;
        foreach (var index in collection.Indexes)
        {
            var keys = index.KeysOf(document, out var multikey);
            foreach (var key in keys)
            {
                InsertKey(index, naming, key, row, document);
            }

            SetMultikey(index, multikey);
        }
    }

    internal void Replace(CollectionTable collection, CollectionNaming naming, long row, BsonDocument before, BsonDocument after)
    {
        if (!ValueKey.AreEqual(before["_id"], after["_id"]))
        {
            throw new WriteFault(
                66, "ImmutableField",
                $"After applying the update, the (immutable) field '_id' was found to have been altered to _id: {after["_id"]}");
        }

        foreach (var index in collection.Indexes)
        {
            var old = index.KeysOf(before, out _).ToHashSet(CompoundKeys.Instance);
            var keys = index.KeysOf(after, out var multikey);
            var kept = keys.ToHashSet(CompoundKeys.Instance);
            foreach (var key in old.Where(k => !kept.Contains(k)))
            {
                DeleteKey(index, key, row);
            }

            foreach (var key in keys.Where(k => !old.Contains(k)))
            {
                InsertKey(index, naming, key, row, after);
            }

            SetMultikey(index, multikey);
        }

        connection.Prepare($"UPDATE {collection.Table} SET doc = ?1 WHERE id = ?2").Bind(1, Encode(after)).Bind(2, row).Run();
    }

    internal void Delete(CollectionTable collection, long row, BsonDocument document)
    {
        foreach (var index in collection.Indexes)
        {
            foreach (var key in index.KeysOf(document, out _))
            {
                DeleteKey(index, key, row);
            }
        }

        connection.Prepare($"DELETE FROM {collection.Table} WHERE id = ?1").Bind(1, row).Run();
    }

    internal void CreateIndex(CollectionTable collection, CollectionNaming naming, IndexSpecification specification)
    {
        connection.Prepare("INSERT INTO indexes (collection, specification, multikey) VALUES (?1, ?2, 0)")
            .Bind(1, collection.Id).Bind(2, Jsonb.Encode(specification.Write())).Run();
        var index = new IndexTable(connection.LastInsertRowId, specification, 0);
        connection.Execute(index.CreateSql);
        Changed();
        index = Find(collection.Name)!.Indexes.Single(i => i.Id == index.Id);
        foreach (var (row, document) in Rows(Plan.Choose(collection, [], null, 0), new Matcher([])))
        {
            foreach (var key in index.KeysOf(document, out var multikey))
            {
                InsertKey(index, naming, key, row, document);
                index.Multikey |= multikey;
            }
        }

        StoreMultikey(index);
    }

    internal void DropIndex(IndexTable index)
    {
        connection.Execute($"DROP TABLE {index.Table}");
        connection.Prepare("DELETE FROM indexes WHERE id = ?1").Bind(1, index.Id).Run();
        Changed();
    }

    internal void DropCollection(CollectionTable collection)
    {
        foreach (var index in collection.Indexes)
        {
            connection.Execute($"DROP TABLE {index.Table}");
        }

        connection.Execute($"DROP TABLE {collection.Table}");
        connection.Prepare("DELETE FROM indexes WHERE collection = ?1").Bind(1, collection.Id).Run();
        connection.Prepare("DELETE FROM collections WHERE id = ?1").Bind(1, collection.Id).Run();
        Changed();
    }

    internal static byte[] Encode(BsonDocument document)
    {
        var bytes = Jsonb.Encode(document);
        return bytes.Length <= 16 * 1024 * 1024
            ? bytes
            : throw new FormatException($"Size {bytes.Length} is larger than MaxDocumentSize 16777216.");
    }

    private IEnumerable<(long Id, BsonDocument Document)> Rows(Plan plan, Matcher matcher)
    {
        var seen = plan.MayRepeat ? new HashSet<long>() : null;
        var rows = plan.Bind(connection);
        try
        {
            while (rows.Step())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var id = rows.Int64(0);
                if (seen?.Add(id) == false)
                {
                    continue;
                }

                var document = Jsonb.Decode(rows.Blob(1));
                if (matcher.Matches(document))
                {
                    yield return (id, document);
                }
            }
        }
        finally
        {
            rows.Reset();
        }
    }

    private void InsertKey(IndexTable index, CollectionNaming naming, byte[][] key, long row, BsonDocument document)
    {
        try
        {
            Bind(connection.Prepare(index.InsertSql), key, row).Run();
        }
        catch (SqliteFault fault) when (fault.IsConstraint)
        {
            throw naming.DuplicateKey(
                index.Specification.Name,
                index.Fields,
                [.. index.Paths.Select(p => PathValues.Collect(document, p, expand: false).FirstOrDefault() ?? BsonNull.Value)]);
        }
    }

    private void DeleteKey(IndexTable index, byte[][] key, long row) => Bind(connection.Prepare(index.DeleteSql), key, row).Run();

    private static Statement Bind(Statement statement, byte[][] key, long row)
    {
        for (var i = 0; i < key.Length; i++)
        {
            statement.Bind(i + 1, key[i]);
        }

        return statement.Bind(key.Length + 1, row);
    }

    private void SetMultikey(IndexTable index, ulong multikey)
    {
        if ((index.Multikey | multikey) != index.Multikey)
        {
            index.Multikey |= multikey;
            StoreMultikey(index);
        }
    }

    // Plans hang on it, so it counts as a change of the catalog; it happens once for an index's field.
    private void StoreMultikey(IndexTable index)
    {
        connection.Prepare("UPDATE indexes SET multikey = ?1 WHERE id = ?2").Bind(1, (long)index.Multikey).Bind(2, index.Id).Run();
        Bump();
    }

    private void Changed()
    {
        Bump();
        Reload();
    }

    private void Bump() => Catalog.Changed(connection, connection.ReadInt64("PRAGMA user_version") + 1);

    private void Reload() => Catalog = Catalog.Load(connection, connection.ReadInt64("PRAGMA user_version"));
}

internal sealed class CompoundKeys : IEqualityComparer<byte[][]>
{
    internal static readonly CompoundKeys Instance = new();

    public bool Equals(byte[][]? x, byte[][]? y) => x!.Length == y!.Length && !x.Where((part, i) => !part.AsSpan().SequenceEqual(y[i])).Any();

    public int GetHashCode(byte[][] obj)
    {
        var hash = default(HashCode);
        foreach (var part in obj)
        {
            hash.AddBytes(part);
        }

        return hash.ToHashCode();
    }
}

/// <summary>The words of a duplicate key's fault, which name the database and the collection.</summary>
internal sealed record CollectionNaming(string Database, string Collection)
{
    internal WriteFault DuplicateKey(string index, (string Path, int Direction)[] fields, BsonValue[] values)
    {
        var pattern = new BsonDocument();
        var value = new BsonDocument();
        for (var i = 0; i < fields.Length; i++)
        {
            pattern.Add(fields[i].Path, fields[i].Direction);
            value.Add(fields[i].Path, values[i]);
        }

        return new WriteFault(
            11000, "DuplicateKey",
            $"E11000 duplicate key error collection: {Database}.{Collection} index: {index} dup key: {value}",
            new BsonDocument { { "keyPattern", pattern }, { "keyValue", value } });
    }
}
