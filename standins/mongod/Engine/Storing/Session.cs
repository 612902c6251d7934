using Mongod.Commands;
using Mongod.Engine.Matching;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Engine.Storing;

/// <summary>A document and its row.</summary>
internal readonly record struct Row(long Id, RawBsonDocument Document);

/// <summary>A connection within a transaction, and what the file held when it began.</summary>
internal sealed class Session(Sqlite connection, Catalog catalog, string database)
{
    internal Sqlite Connection => connection;

    internal string Database => database;

    internal Catalog Catalog { get; private set; } = catalog;

    internal CollectionTable? Find(string collection) => Catalog.Collections.GetValueOrDefault(collection);

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

    /// <summary>Carries out work that is undone as a whole when it fails.</summary>
    internal void Atomically(Action work)
    {
        connection.Execute("SAVEPOINT one");
        try
        {
            work();
        }
        catch when (connection.InTransaction)
        {
            connection.Execute("ROLLBACK TO one");
            connection.Execute("RELEASE one");
            Reload();
            throw;
        }

        connection.Execute("RELEASE one");
    }

    /// <summary>Adds a document whose <c>_id</c> is its first field.</summary>
    internal void Insert(CollectionTable collection, BsonDocument document)
    {
        var bytes = Stored.Encode(document);
        var stored = document as RawBsonDocument ?? Stored.View(bytes);
        var id = stored["_id"];
        CheckId(id);
        try
        {
            connection.Prepare(collection.InsertSql).Bind(1, ValueKey.Encode(id)).Bind(2, bytes).Run();
        }
        catch (SqliteFault fault) when (fault.IsConstraint)
        {
            throw DuplicateKey(collection, "_id_", new BsonDocument("_id", 1), stored);
        }

        var row = connection.LastInsertRowId;
        foreach (var index in collection.Indexes)
        {
            foreach (var key in index.KeysOf(stored, out var multikey))
            {
                InsertKey(collection, index, key, row, stored);
                SetMultikey(index, multikey);
            }
        }
    }

    internal void Replace(CollectionTable collection, Row row, byte[] after)
    {
        var stored = Stored.View(after);
        foreach (var index in collection.Indexes)
        {
            var old = index.KeysOf(row.Document, out _);
            var keys = index.KeysOf(stored, out var multikey);
            foreach (var key in old.Except(keys, KeyOrder.Instance))
            {
                DeleteKey(index, key, row.Id);
            }

            foreach (var key in keys.Except(old, KeyOrder.Instance))
            {
                InsertKey(collection, index, key, row.Id, stored);
            }

            SetMultikey(index, multikey);
        }

        connection.Prepare(collection.UpdateSql).Bind(1, after).Bind(2, row.Id).Run();
    }

    internal void Delete(CollectionTable collection, Row row)
    {
        foreach (var index in collection.Indexes)
        {
            foreach (var key in index.KeysOf(row.Document, out _))
            {
                DeleteKey(index, key, row.Id);
            }
        }

        connection.Prepare(collection.DeleteSql).Bind(1, row.Id).Run();
    }

    /// <summary>The row of an id, or null when it is gone.</summary>
    internal Row? Read(CollectionTable collection, long id)
    {
        var rows = connection.Prepare($"SELECT doc FROM {collection.Table} WHERE id = ?1").Bind(1, id);
        try
        {
            return rows.Step() ? new Row(id, Stored.View(rows.Blob(0).ToArray())) : null;
        }
        finally
        {
            rows.Reset();
        }
    }

    internal void CreateIndex(CollectionTable collection, IndexSpecification specification)
    {
        connection.Prepare("INSERT INTO indexes (collection, specification, multikey) VALUES (?1, ?2, 0)")
            .Bind(1, collection.Id).Bind(2, specification.Write().ToBson()).Run();
        var id = connection.LastInsertRowId;
        connection.Execute(new IndexTable(id, specification, 0).CreateSql);
        Changed();
        collection = Find(collection.Name)!;
        FillIndex(collection, collection.Indexes.Single(i => i.Id == id));
    }

    /// <summary>Puts every document of the collection into an index that is empty.</summary>
    internal void FillIndex(CollectionTable collection, IndexTable index)
    {
        ulong multikeys = 0;
        var scan = new Scan(collection.Name, new Query(Matcher.All));
        while (scan.Next(this, 1000) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
            {
                foreach (var key in index.KeysOf(row.Document, out var multikey))
                {
                    InsertKey(collection, index, key, row.Id, row.Document);
                    multikeys |= multikey;
                }
            }
        }

        SetMultikey(index, multikeys);
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

    internal static void CheckId(BsonValue id)
    {
        if (id is BsonArray or BsonRegularExpression or BsonUndefined)
        {
            throw new CommandException(53, "InvalidIdField", $"The '_id' value cannot be of type {Errors.TypeName(id)}");
        }

        if (id is BsonDocument document && FirstDollar(document) is { } name)
        {
            throw new CommandException(
                52, "DollarPrefixedFieldName", $"_id fields may not contain '$'-prefixed fields: {name} is not valid for storage.");
        }
    }

    private static string? FirstDollar(BsonDocument document)
    {
        foreach (var element in document)
        {
            if (element.Name.StartsWith('$'))
            {
                return element.Name;
            }

            if (element.Value is BsonDocument inner && FirstDollar(inner) is { } name)
            {
                return name;
            }
        }

        return null;
    }

    private void InsertKey(CollectionTable collection, IndexTable index, byte[] key, long row, BsonDocument document)
    {
        try
        {
            connection.Prepare(index.InsertSql).Bind(1, key).Bind(2, row).Run();
        }
        catch (SqliteFault fault) when (fault.IsConstraint)
        {
            throw DuplicateKey(collection, index.Specification.Name, index.Specification.Keys, document);
        }
    }

    private void DeleteKey(IndexTable index, byte[] key, long row) => connection.Prepare(index.DeleteSql).Bind(1, key).Bind(2, row).Run();

    private void SetMultikey(IndexTable index, ulong multikey)
    {
        if ((index.Multikey | multikey) != index.Multikey)
        {
            // Plans depend on it, so it counts as a change of the catalog; it happens once for an index's field.
            index.Multikey |= multikey;
            connection.Prepare("UPDATE indexes SET multikey = ?1 WHERE id = ?2").Bind(1, (long)index.Multikey).Bind(2, index.Id).Run();
            Bump();
        }
    }

    private void Changed()
    {
        Bump();
        Reload();
    }

    private void Bump() => Catalog.Changed(connection, connection.ReadInt64("PRAGMA user_version") + 1);

    private void Reload() => Catalog = Catalog.Load(connection, connection.ReadInt64("PRAGMA user_version"));

    private CommandException DuplicateKey(CollectionTable collection, string index, BsonDocument keys, BsonDocument document)
    {
        var value = new BsonDocument();
        foreach (var key in keys.Names)
        {
            value.Add(key, PathValues.Collect(document, key.Split('.'), expand: false).FirstOrDefault() ?? BsonNull.Value);
        }

        return new CommandException(
            11000,
            "DuplicateKey",
            $"E11000 duplicate key error collection: {database}.{collection.Name} index: {index} dup key: {value}",
            new BsonDocument { { "keyPattern", keys }, { "keyValue", value } });
    }
}
