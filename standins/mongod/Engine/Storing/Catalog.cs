using System.Globalization;
using Mongod.Commands;
using Mongod.Engine.Matching;
using Mongod.Engine.Planning;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Engine.Storing;

/// <summary>An index as it was asked for.</summary>
internal sealed record IndexSpecification(string Name, BsonDocument Keys, bool Unique, bool Sparse, BsonDocument? Partial, long? ExpireAfterSeconds)
{
    internal static IndexSpecification Read(BsonDocument document) => new(
        document["name"].AsString,
        document["key"].AsBsonDocument,
        document.Contains("unique"),
        document.Contains("sparse"),
        document.TryGetValue("partialFilterExpression", out var partial) ? partial.AsBsonDocument : null,
        document.TryGetValue("expireAfterSeconds", out var seconds) ? seconds.ToInt64() : null);

    internal BsonDocument Write()
    {
        var document = new BsonDocument { { "v", 2 }, { "key", Keys }, { "name", Name } };
        document.Add("unique", true, Unique);
        document.Add("sparse", true, Sparse);
        document.Add("partialFilterExpression", Partial, Partial != null);
        document.Add("expireAfterSeconds", () => ExpireAfterSeconds, ExpireAfterSeconds != null);
        return document;
    }

    internal bool SameAs(IndexSpecification other) => SameKeysAs(other) && Unique == other.Unique && Sparse == other.Sparse
        && ExpireAfterSeconds == other.ExpireAfterSeconds;

    internal bool SameKeysAs(IndexSpecification other) => HasKeys(other.Keys) && (Partial, other.Partial) switch
    {
        (null, null) => true,
        ({ } mine, { } theirs) => ValueKey.AreEqual(mine, theirs),
        _ => false,
    };

    internal bool HasKeys(BsonDocument keys) => ValueKey.AreEqual(Keys, keys);
}

/// <summary>An index in the file: a table of keys, each with its document's row.</summary>
internal sealed class IndexTable
{
    private readonly Matcher? _partial;

    internal IndexTable(long id, IndexSpecification specification, ulong multikey)
    {
        (Id, Specification, Multikey) = (id, specification, multikey);
        Keys = new KeyGenerator(
            [.. specification.Keys.Select(k => (k.Name, k.Value.ToInt32()))],
            (path, other) => new CommandException(171, "CannotIndexParallelArrays", $"cannot index parallel arrays [{path}] [{other}]"));
        if (specification.Partial is { } partial)
        {
            _partial = new Matcher(partial);
            PartialConditions = _partial.Conditions;
        }

        Table = $"x{id}";
        InsertSql = $"INSERT INTO {Table} (k, doc) VALUES (?1, ?2)";
        DeleteSql = $"DELETE FROM {Table} WHERE k = ?1 AND doc = ?2";
        CreateSql = $"CREATE TABLE {Table} (k BLOB NOT NULL, doc INTEGER NOT NULL, PRIMARY KEY (k{(specification.Unique ? "" : ", doc")})) WITHOUT ROWID";
    }

    internal long Id { get; }

    internal IndexSpecification Specification { get; }

    internal KeyGenerator Keys { get; }

    internal string Table { get; }

    internal string InsertSql { get; }

    internal string DeleteSql { get; }

    internal string CreateSql { get; }

    /// <summary>What every document of a partial index meets, or null when the index has all documents.</summary>
    internal List<Condition>? PartialConditions { get; }

    /// <summary>A bit for each field that was ever reached through an array.</summary>
    internal ulong Multikey { get; set; }

    /// <summary>The keys of a document; none when the document is not in the index.</summary>
    internal List<byte[]> KeysOf(BsonDocument document, out ulong multikey)
    {
        multikey = 0;
        return (_partial != null && !_partial.Matches(document)) || (Specification.Sparse && !Keys.AnyPresent(document))
            ? []
            : Keys.KeysOf(document, out multikey);
    }
}

/// <summary>A collection in the file: a table of documents, with the key of their <c>_id</c>.</summary>
internal sealed class CollectionTable(long id, string name, List<IndexTable> indexes)
{
    internal long Id => id;

    internal string Name => name;

    internal List<IndexTable> Indexes => indexes;

    internal string Table { get; } = $"c{id}";

    internal string InsertSql { get; } = $"INSERT INTO c{id} (key, doc) VALUES (?1, ?2)";

    internal string UpdateSql { get; } = $"UPDATE c{id} SET doc = ?1 WHERE id = ?2";

    internal string DeleteSql { get; } = $"DELETE FROM c{id} WHERE id = ?1";
}

/// <summary>What the file holds, as of one version of it.</summary>
internal sealed class Catalog(long version, Dictionary<string, CollectionTable> collections)
{
    /// <summary>"GDZB": tells other programs, and files of the time when rows held JSON ("GDZL"), from these.</summary>
    internal const int ApplicationId = 0x475a4442;

    internal long Version => version;

    internal Dictionary<string, CollectionTable> Collections => collections;

    internal static Catalog Empty { get; } = new(0, new Dictionary<string, CollectionTable>(StringComparer.Ordinal));

    internal static Catalog Load(Sqlite connection, long version)
    {
        var collections = new Dictionary<string, CollectionTable>(StringComparer.Ordinal);
        if (version == 0)
        {
            return new Catalog(0, collections);
        }

        var byId = new Dictionary<long, CollectionTable>();
        var rows = connection.Prepare("SELECT id, name FROM collections");
        while (rows.Step())
        {
            var collection = new CollectionTable(rows.Int64(0), rows.Text(1), []);
            collections.Add(collection.Name, collection);
            byId.Add(collection.Id, collection);
        }

        rows.Reset();
        rows = connection.Prepare("SELECT id, collection, specification, multikey FROM indexes ORDER BY id");
        while (rows.Step())
        {
            byId[rows.Int64(1)].Indexes.Add(new IndexTable(
                rows.Int64(0), IndexSpecification.Read(Stored.Copy(Stored.View(rows.Blob(2).ToArray()))), (ulong)rows.Int64(3)));
        }

        rows.Reset();
        return new Catalog(version, collections);
    }

    internal static void Create(Sqlite connection)
    {
        connection.Execute($"PRAGMA application_id = {ApplicationId}");
        connection.Execute("CREATE TABLE collections (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE)");
        connection.Execute(
            "CREATE TABLE indexes (id INTEGER PRIMARY KEY AUTOINCREMENT, collection INTEGER NOT NULL REFERENCES collections (id), "
            + "specification BLOB NOT NULL, multikey INTEGER NOT NULL)");
        Changed(connection, 1);
    }

    /// <summary>Tells every connection to read the catalog anew.</summary>
    internal static void Changed(Sqlite connection, long version) =>
        connection.Execute($"PRAGMA user_version = {version.ToString(CultureInfo.InvariantCulture)}");
}
