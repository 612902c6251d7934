using Mongod.Engine;
using Mongod.Engine.Matching;
using Mongod.Engine.Storing;
using MongoDB.Bson;

namespace Mongod.Commands;

/// <summary>The commands about databases, collections and indexes.</summary>
internal sealed class Schema(Databases databases, Cursors cursors)
{
    private const int MostIndexes = 64;

    internal async ValueTask<BsonDocument> CreateIndexesAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(command, "indexes", "commitQuorum", "ignoreUnknownIndexOptions");
        var name = fields.Collection();
        var given = fields.Needed(fields.Array("indexes"), "indexes");
        if (given.Count == 0)
        {
            throw Errors.BadValue("Must specify at least one index to create");
        }

        var specifications = given.Select(i => IndexParser.Parse(i as BsonDocument
            ?? throw Errors.TypeMismatch("The elements of the 'indexes' array must be objects"))).ToArray();
        return await databases.Open(command.Database).WriteAsync(
            session =>
            {
                var isNew = session.Find(name) == null;
                var before = session.FindOrCreate(name).Indexes.Count + 1;
                foreach (var specification in specifications)
                {
                    Create(session, session.Find(name)!, specification);
                }

                var after = session.Find(name)!.Indexes.Count + 1;
                var reply = new BsonDocument
                {
                    { "numIndexesBefore", before }, { "numIndexesAfter", after }, { "createdCollectionAutomatically", isNew },
                };
                reply.Add("note", "all indexes already exist", before == after);
                return reply;
            },
            fields.Deadline,
            cancellationToken);
    }

    internal ValueTask<BsonDocument> ListIndexesAsync(Command command, CancellationToken cancellationToken)
    {
        var (fields, name) = (Fields.Of(command, "cursor"), "");
        name = fields.Collection();
        var indexes = databases.Find(command.Database)?.Read(session => session.Find(name)?.Indexes.Select(i => i.Specification.Write()).ToList())
            ?? throw Errors.NoCollection(command.Database, name);
        indexes.Insert(0, new BsonDocument { { "v", 2 }, { "key", new BsonDocument("_id", 1) }, { "name", "_id_" } });
        return new(cursors.First(command.Client, $"{command.Database}.{name}", indexes, BatchSize(fields)));
    }

    internal async ValueTask<BsonDocument> DropIndexesAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(command, "index");
        var name = fields.Collection();
        var wanted = fields.Needed(fields.Any("index"), "index");
        var ns = $"{command.Database}.{name}";
        return await databases.Open(command.Database).WriteAsync(
            session =>
            {
                var collection = session.Find(name) ?? throw new CommandException(26, "NamespaceNotFound", $"ns not found {ns}");
                foreach (var index in Named(collection, wanted).ToArray())
                {
                    session.DropIndex(index);
                }

                return new BsonDocument("nIndexesWas", collection.Indexes.Count + 1);
            },
            fields.Deadline,
            cancellationToken);
    }

    internal ValueTask<BsonDocument> ListCollectionsAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(command, "filter", "nameOnly", "authorizedCollections", "cursor");
        var matcher = new Matcher(fields.Document("filter") ?? []);
        var nameOnly = fields.Flag("nameOnly");
        var names = databases.Find(command.Database)?.Read(s => s.Catalog.Collections.Keys.Order(StringComparer.Ordinal).ToArray()) ?? [];
        var collections = names.Select(name => new BsonDocument
        {
            { "name", name },
            { "type", "collection" },
            { "options", new BsonDocument() },
            { "info", new BsonDocument("readOnly", false) },
            { "idIndex", new BsonDocument { { "v", 2 }, { "key", new BsonDocument("_id", 1) }, { "name", "_id_" } } },
        }).Where(matcher.Matches).Select(c => nameOnly ? new BsonDocument { c.GetElement(0), c.GetElement(1) } : c);
        return new(cursors.First(command.Client, $"{command.Database}.$cmd.listCollections", collections.ToList(), BatchSize(fields)));
    }

    internal ValueTask<BsonDocument> ListDatabasesAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(command, "filter", "nameOnly", "authorizedDatabases");
        if (command.Database != "admin")
        {
            throw new CommandException(13, "Unauthorized", "listDatabases may only be run against the admin database.");
        }

        var matcher = new Matcher(fields.Document("filter") ?? []);
        var nameOnly = fields.Flag("nameOnly");
        var found = databases.Names
            .Where(name => databases.Find(name)?.Read(session => session.Catalog.Collections.Count > 0) == true)
            .Select(name => new BsonDocument { { "name", name }, { "sizeOnDisk", databases.SizeOf(name) }, { "empty", false } })
            .Where(matcher.Matches).ToList();
        if (nameOnly)
        {
            return new(new BsonDocument("databases", new BsonArray(found.Select(d => new BsonDocument("name", d["name"])))));
        }

        var total = found.Sum(d => d["sizeOnDisk"].AsInt64);
        return new(new BsonDocument
        {
            { "databases", new BsonArray(found) }, { "totalSize", total }, { "totalSizeMb", total / (1024 * 1024) },
        });
    }

    internal async ValueTask<BsonDocument> CreateAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(
            command, "capped", "size", "max", "autoIndexId", "idIndex", "validator", "validationLevel", "validationAction", "viewOn", "pipeline",
            "timeseries", "expireAfterSeconds", "clusteredIndex", "changeStreamPreAndPostImages", "storageEngine", "indexOptionDefaults",
            "encryptedFields");
        foreach (var option in command.Body.Names.Where(n => n is "size" or "max" or "validator" or "validationLevel" or "validationAction" or "viewOn"
            or "pipeline" or "timeseries" or "expireAfterSeconds" or "clusteredIndex" or "changeStreamPreAndPostImages" or "storageEngine"
            or "indexOptionDefaults" or "encryptedFields" || (n == "capped" && fields.Flag(n))))
        {
            throw Errors.NotImplemented($"The option {option} of create is not supported");
        }

        var name = fields.Collection();
        await databases.Open(command.Database).WriteAsync(
            session => session.Find(name) == null
                ? session.FindOrCreate(name)
                : throw new CommandException(48, "NamespaceExists", $"Collection {command.Database}.{name} already exists."),
            fields.Deadline,
            cancellationToken);
        return [];
    }

    internal async ValueTask<BsonDocument> DropAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(command);
        var name = fields.Collection();
        if (databases.Find(command.Database) is not { } database)
        {
            return [];
        }

        return await database.WriteAsync(
            session =>
            {
                if (session.Find(name) is not { } collection)
                {
                    return [];
                }

                session.DropCollection(collection);
                return new BsonDocument { { "nIndexesWas", collection.Indexes.Count + 1 }, { "ns", $"{command.Database}.{name}" } };
            },
            fields.Deadline,
            cancellationToken);
    }

    // The file stays, with nothing in it: what was open goes on.
    internal async ValueTask<BsonDocument> DropDatabaseAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(command);
        if (databases.Find(command.Database) is not { } database)
        {
            return [];
        }

        return await database.WriteAsync(
            session =>
            {
                var all = session.Catalog.Collections.Values.ToArray();
                foreach (var collection in all)
                {
                    session.DropCollection(collection);
                }

                return all.Length == 0 ? [] : new BsonDocument("dropped", command.Database);
            },
            fields.Deadline,
            cancellationToken);
    }

    private static void Create(Session session, CollectionTable collection, IndexSpecification specification)
    {
        if (specification.Keys.ElementCount == 1 && specification.Keys.GetElement(0) is { Name: "_id" } id && id.Value.ToDouble() > 0)
        {
            return; // It is always there.
        }

        var sameName = collection.Indexes.Find(i => i.Specification.Name == specification.Name)?.Specification;
        if (sameName != null && !sameName.SameKeysAs(specification))
        {
            throw new CommandException(
                86,
                "IndexKeySpecsConflict",
                "An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can "
                + $"cause conflicts. Requested index: {specification.Write()}, existing index: {sameName.Write()}");
        }

        if (sameName != null && !sameName.SameAs(specification))
        {
            throw new CommandException(
                85, "IndexOptionsConflict", $"An equivalent index already exists with the same name but different options. Requested index: {specification.Write()}, existing index: {sameName.Write()}");
        }

        if (sameName == null && collection.Indexes.Find(i => i.Specification.SameKeysAs(specification)) is { } sameKeys)
        {
            throw new CommandException(
                85,
                "IndexOptionsConflict",
                sameKeys.Specification.SameAs(specification)
                    ? $"Index already exists with a different name: {sameKeys.Specification.Name}"
                    : $"An equivalent index already exists with a different name and options. Requested index: {specification.Write()}, existing index: {sameKeys.Specification.Write()}");
        }

        if (sameName == null)
        {
            if (specification.Name == "_id_" || collection.Indexes.Count + 1 >= MostIndexes)
            {
                throw specification.Name == "_id_"
                    ? Errors.BadValue("The index name '_id_' is reserved for the _id index, which must have key pattern {_id: 1}")
                    : new CommandException(67, "CannotCreateIndex", $"add index fails, too many indexes for {session.Database}.{collection.Name}");
            }

            session.CreateIndex(collection, specification);
        }
    }

    private static IEnumerable<IndexTable> Named(CollectionTable collection, BsonValue wanted)
    {
        if (wanted is BsonArray several)
        {
            return several.SelectMany(w => w is BsonString { Value: not "*" } ? Named(collection, w) : throw Errors.TypeMismatch("Each index must be named"));
        }

        if (wanted is BsonDocument keys)
        {
            if (keys.ElementCount == 1 && keys.Contains("_id"))
            {
                throw Errors.InvalidOptions("cannot drop _id index");
            }

            var found = collection.Indexes.Where(i => i.Specification.HasKeys(keys)).ToArray();
            return found.Length switch
            {
                0 => throw new CommandException(27, "IndexNotFound", $"can't find index with key: {keys}"),
                1 => found,
                _ => throw new CommandException(181, "AmbiguousIndexKeyPattern", $"{found.Length} indexes found for key: {keys}"),
            };
        }

        return wanted switch
        {
            BsonString { Value: "*" } => collection.Indexes,
            BsonString { Value: "_id_" } => throw Errors.InvalidOptions("cannot drop _id index"),
            BsonString name => [collection.Indexes.Find(i => i.Specification.Name == name.Value)
                ?? throw new CommandException(27, "IndexNotFound", $"index not found with name [{name.Value}]")],
            _ => throw Errors.TypeMismatch("BSON field 'dropIndexes.index' is the wrong type, expected types '[string, object, array]'"),
        };
    }

    private static int BatchSize(Fields fields)
    {
        var cursor = new Fields("cursor.options", fields.Document("cursor") ?? [], "batchSize");
        return cursor.Has("batchSize") ? (int)Math.Min(cursor.Count("batchSize"), int.MaxValue) : int.MaxValue;
    }
}
