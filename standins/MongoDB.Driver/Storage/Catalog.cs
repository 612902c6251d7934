#nullable enable
using System.Globalization;
using MongoDB.Bson;
using MongoDB.Driver.Query;

namespace MongoDB.Driver.Storage;

/// <summary>An index as it was asked for.</summary>
internal sealed record IndexSpecification(string Name, BsonDocument Keys, bool Unique, bool Sparse, BsonDocument? Partial)
{
    internal static IndexSpecification Create(BsonDocument keys, string? name, bool unique, bool sparse, BsonDocument? partial)
    {
        if (keys.ElementCount == 0)
        {
            throw new ArgumentException("The keys of an index must not be empty.", nameof(keys));
        }

        foreach (var key in keys)
        {
            if (!key.Value.IsNumeric || key.Value.ToDouble() is not (1 or -1))
            {
                throw new NotSupportedException($"An index with the key {key.Name}: {key.Value} is not supported.");
            }

            if (key.Name.Split('.').Any(part => part.Length == 0 || part.StartsWith('$') || int.TryParse(part, out _)))
            {
                throw new NotSupportedException($"An index on the path '{key.Name}' is not supported.");
            }
        }

        name ??= string.Join('_', keys.Select(k => $"{k.Name}_{k.Value.ToInt32().ToString(CultureInfo.InvariantCulture)}"));
        return new IndexSpecification(name, keys, unique, sparse, partial);
    }

    internal static IndexSpecification Read(BsonDocument document) => new(
        document["name"].AsString,
        document["key"].AsBsonDocument,
        document.Contains("unique"),
        document.Contains("sparse"),
        document.TryGetValue("partialFilterExpression", out var partial) ? partial.AsBsonDocument : null);

    internal BsonDocument Write()
    {
        var document = new BsonDocument { { "v", 2 }, { "key", Keys }, { "name", Name } };
        document.Add("unique", true, Unique);
        document.Add("sparse", true, Sparse);
        return Partial is null ? document : document.Add("partialFilterExpression", Partial);
    }

    internal bool SameAs(IndexSpecification other) => Keys.Equals(other.Keys) && Unique == other.Unique && Sparse == other.Sparse
        && Equals(Partial, other.Partial);
}

/// <summary>An index in the file: a table of keys, each with its document.</summary>
internal sealed class IndexTable
{
    private readonly Matcher? _partial;

    internal IndexTable(long id, IndexSpecification specification, ulong multikey)
    {
        (Id, Specification, Multikey) = (id, specification, multikey);
        Fields = [.. specification.Keys.Select(k => (k.Name, k.Value.ToInt32()))];
        Paths = [.. Fields.Select(f => f.Path.Split('.'))];
        _partial = specification.Partial is { } partial ? new Matcher(partial) : null;
        Table = $"x{id}";
        var columns = string.Join(", ", Enumerable.Range(0, Fields.Length).Select(i => $"k{i}"));
        var marks = string.Join(", ", Enumerable.Range(1, Fields.Length + 1).Select(i => $"?{i}"));
        InsertSql = $"INSERT INTO {Table} ({columns}, doc) VALUES ({marks})";
        var equal = string.Join(" AND ", Enumerable.Range(0, Fields.Length).Select(i => $"k{i} = ?{i + 1}"));
        DeleteSql = $"DELETE FROM {Table} WHERE {equal} AND doc = ?{Fields.Length + 1}";
        var primary = string.Join(", ", Fields.Select((f, i) => $"k{i}{(f.Direction < 0 ? " DESC" : "")}"));
        CreateSql = $"CREATE TABLE {Table} ({string.Join(", ", Fields.Select((_, i) => $"k{i} BLOB NOT NULL"))}, doc INTEGER NOT NULL, "
            + $"PRIMARY KEY ({primary}{(specification.Unique ? "" : ", doc")})) WITHOUT ROWID";
    }

    internal long Id { get; }

    internal IndexSpecification Specification { get; }

    internal (string Path, int Direction)[] Fields { get; }

    internal string[][] Paths { get; }

    internal string Table { get; }

    internal string InsertSql { get; }

    internal string DeleteSql { get; }

    internal string CreateSql { get; }

    /// <summary>A bit for each field that was ever reached through an array.</summary>
    internal ulong Multikey { get; set; }

    /// <summary>The keys of a document, each the list of its fields' keys; none when the document is not in the index.</summary>
    internal List<byte[][]> KeysOf(BsonDocument document, out ulong multikey)
    {
        multikey = 0;
        if ((_partial != null && !_partial.Matches(document))
            || (Specification.Sparse && !Paths.Any(p => PathValues.Collect(document, p, expand: false).Exists(v => v is not null))))
        {
            return [];
        }

        var parts = new List<byte[]>[Paths.Length];
        string? array = null;
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = PathValues.Keys(document, Paths[i], out var at);
            if (at < 0)
            {
                continue;
            }

            multikey |= 1UL << i;
            var root = string.Join('.', Paths[i][..(at + 1)]);
            if (array != null && array != root)
            {
                throw new WriteFault(171, "CannotIndexParallelArrays", $"cannot index parallel arrays [{Paths[i][^1]}] [{array}]");
            }

            if (array != null && Specification.Unique)
            {
                throw new NotSupportedException("A unique index on two fields of the same array's documents is not supported.");
            }

            array = root;
        }

        List<byte[][]> keys = [[]];
        foreach (var part in parts)
        {
            keys = [.. keys.SelectMany(_ => part, (before, key) => (byte[][])[.. before, key])];
        }

        return keys;
    }
}

/// <summary>A collection in the file: a table of documents, with the key of their <c>_id</c>.</summary>
internal sealed class CollectionTable(long id, string name, List<IndexTable> indexes)
{
    internal long Id => id;

    internal string Name => name;

    internal List<IndexTable> Indexes => indexes;

    internal string Table { get; } = $"c{id}";
}

/// <summary>What the file holds, as of one version of it.</summary>
internal sealed class Catalog(long version, Dictionary<string, CollectionTable> collections)
{
    /// <summary>"GDZL": tells other SQLite programs whose file this is.</summary>
    internal const int ApplicationId = 0x475a444c;

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
                rows.Int64(0), IndexSpecification.Read(Jsonb.Decode(rows.Blob(2))), (ulong)rows.Int64(3)));
        }

        rows.Reset();
        return new Catalog(version, collections);
    }

    internal static void Create(Sqlite connection)
    {
        connection.Execute($"PRAGMA application_id = {ApplicationId}");
        connection.Execute("CREATE TABLE collections (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)");
        connection.Execute(
            "CREATE TABLE indexes (id INTEGER PRIMARY KEY, collection INTEGER NOT NULL REFERENCES collections (id), "
            + "specification BLOB NOT NULL, multikey INTEGER NOT NULL)");
        Changed(connection, 1);
    }

    /// <summary>Tells every connection, of this process and of others, to read the catalog anew.</summary>
    internal static void Changed(Sqlite connection, long version) =>
        connection.Execute($"PRAGMA user_version = {version.ToString(CultureInfo.InvariantCulture)}");
}
