using Mongod.Engine;
using Mongod.Engine.Aggregating;
using Mongod.Engine.Matching;
using Mongod.Engine.Planning;
using Mongod.Engine.Storing;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Commands;

/// <summary>The commands that read documents.</summary>
internal sealed class Reads(Databases databases, Cursors cursors)
{
    private const int FirstBatch = 101;

    internal ValueTask<BsonDocument> FindAsync(Command command, CancellationToken cancellationToken)
    {
        var find = ParseFind(command);
        var documents = find.Run(databases.Find(command.Database), FirstBatch);
        return new(cursors.First(
            command.Client, $"{command.Database}.{find.Collection}", documents, find.BatchSize ?? FirstBatch, find.SingleBatch, find.Limit, find.NeverIdle));
    }

    internal ValueTask<BsonDocument> GetMoreAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(command, "collection", "batchSize");
        if (fields.Has("maxTimeMS"))
        {
            throw Errors.BadValue("cannot set maxTimeMS on getMore command for a non-awaitData cursor");
        }

        var id = fields.Any("getMore") is BsonInt64 v ? v.Value : throw Errors.TypeMismatch("Field 'getMore' must be of type long");
        var most = fields.Count("batchSize") is var size && size is 0 or > int.MaxValue ? int.MaxValue : (int)size;
        return new(cursors.More(id, $"{command.Database}.{fields.Needed(fields.Text("collection"), "collection")}", most));
    }

    internal ValueTask<BsonDocument> KillCursorsAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(command, "cursors");
        fields.Collection();
        var (killed, unknown) = (new BsonArray(), new BsonArray());
        foreach (var id in fields.Needed(fields.Array("cursors"), "cursors"))
        {
            (cursors.Close(id is BsonInt64 v ? v.Value : throw Errors.TypeMismatch("Each cursor id must be of type long")) ? killed : unknown).Add(id);
        }

        return new(new BsonDocument
        {
            { "cursorsKilled", killed }, { "cursorsNotFound", unknown }, { "cursorsAlive", new BsonArray() }, { "cursorsUnknown", new BsonArray() },
        });
    }

    internal ValueTask<BsonDocument> CountAsync(Command command, CancellationToken cancellationToken)
    {
        var count = ParseCount(command);
        if (databases.Find(command.Database) is not { } database)
        {
            return new(new BsonDocument("n", 0));
        }

        long found;
        if (count.Query.Matcher.IsEverything && count.Query.Hint is null)
        {
            found = database.Read(session => session.Find(count.Collection) is { } table
                ? session.Connection.ReadInt64($"SELECT count(*) FROM {table.Table}")
                : 0);
            found = count.Query.Limit > 0 ? Math.Min(found, count.Query.Limit) : found;
        }
        else
        {
            found = database.Find(count.Collection, count.Query, 1000).LongCount();
        }

        found = Math.Max(0, found - count.Skip);
        return new(new BsonDocument("n", found <= int.MaxValue ? (BsonValue)(int)found : found));
    }

    internal ValueTask<BsonDocument> DistinctAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(command, "key", "query", "hint");
        var path = fields.Needed(fields.Text("key"), "key").Split('.');
        var query = new Query(new Matcher(fields.Document("query") ?? [])) { Deadline = fields.Deadline, Hint = fields.Hint() };
        var keys = new HashSet<byte[]>(KeyOrder.Instance);
        var values = new BsonArray();
        foreach (var document in databases.Find(command.Database)?.Find(fields.Collection(), query, 1000) ?? [])
        {
            foreach (var value in PathValues.Collect(document, path, expand: false))
            {
                foreach (var item in value is BsonArray array ? array : value is null ? [] : (IEnumerable<BsonValue>)[value])
                {
                    if (keys.Add(ValueKey.Encode(item)))
                    {
                        values.Add(item);
                    }
                }
            }
        }

        return new(new BsonDocument("values", values));
    }

    internal ValueTask<BsonDocument> AggregateAsync(Command command, CancellationToken cancellationToken)
    {
        var (collection, pipeline, batchSize) = ParseAggregate(command);
        var source = databases.Find(command.Database)?.Find(collection, pipeline.Query, FirstBatch) ?? [];
        return new(cursors.First(command.Client, $"{command.Database}.{collection}", pipeline.Run(source), batchSize ?? FirstBatch));
    }

    internal ValueTask<BsonDocument> ExplainAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(command, "verbosity");
        var body = fields.Needed(fields.Document("explain"), "explain");
        var verbosity = fields.Text("verbosity") ?? "allPlansExecution";
        if (verbosity is not ("queryPlanner" or "executionStats" or "allPlansExecution"))
        {
            throw Errors.BadValue($"Enumeration value '{verbosity}' for field 'explain.verbosity' is not a valid value.");
        }

        var name = body.ElementCount == 0 ? "" : body.GetElement(0).Name;
        var inner = new Command(name, command.Database, body, command.Client);
        var (collection, query, skip) = name switch
        {
            "find" => ParseFind(inner) is var find ? (find.Collection, find.Query, find.Skip) : default,
            "count" => ParseCount(inner) is var count ? (count.Collection, count.Query, count.Skip) : default,
            "aggregate" => ParseAggregate(inner) is var (aggregated, pipeline, _) ? (aggregated, pipeline.Query, pipeline.Skip) : default,
            "distinct" => (body[0].AsString, new Query(new Matcher(body.GetValue("query", new BsonDocument()).AsBsonDocument)), 0L),
            "findAndModify" => (
                body[0].AsString,
                new Query(new Matcher(body.GetValue("query", new BsonDocument()).AsBsonDocument))
                {
                    Sort = SortOrder.Parse(body.GetValue("sort", new BsonDocument()).AsBsonDocument), Limit = 1,
                },
                0L),
            "update" or "delete" when body.GetValue(name + "s", null) is BsonArray { Count: 1 } statements && statements[0] is BsonDocument statement => (
                body[0].AsString, new Query(new Matcher(statement["q"].AsBsonDocument)), 0L),
            _ => throw new CommandException(59, "CommandNotFound", $"Explain failed due to unknown command: {name}"),
        };
        return new(Explain(command, collection, query, skip, verbosity != "queryPlanner"));
    }

    private static FindRequest ParseFind(Command command)
    {
        var fields = Fields.Of(
            command, "filter", "sort", "projection", "hint", "skip", "limit", "batchSize", "singleBatch", "allowDiskUse", "noCursorTimeout",
            "allowPartialResults", "tailable", "awaitData", "oplogReplay", "returnKey", "showRecordId", "min", "max", "let");
        if (fields.Flag("tailable") || fields.Flag("awaitData"))
        {
            throw Errors.BadValue("error processing query: tailable cursor requested on non capped collection");
        }

        foreach (var name in (ReadOnlySpan<string>)["returnKey", "showRecordId", "min", "max", "let"])
        {
            if (fields.Any(name) is not (null or BsonNull or BsonBoolean { Value: false } or BsonDocument { ElementCount: 0 }))
            {
                throw Errors.NotImplemented($"The option {name} of find is not supported");
            }
        }

        var (skip, limit) = (fields.Count("skip"), fields.Count("limit"));
        var query = new Query(new Matcher(fields.Document("filter") ?? []))
        {
            Sort = SortOrder.Parse(fields.Document("sort")),
            Limit = limit == 0 ? 0 : limit + skip,
            Hint = fields.Hint(),
            Deadline = fields.Deadline,
        };
        return new FindRequest(fields.Collection(), query, skip, limit, Projection.Parse(fields.Document("projection"), isFind: true))
        {
            BatchSize = fields.Has("batchSize") ? (int)Math.Min(fields.Count("batchSize"), int.MaxValue) : null,
            SingleBatch = fields.Flag("singleBatch"),
            NeverIdle = fields.Flag("noCursorTimeout"),
        };
    }

    private static (string Collection, Query Query, long Skip) ParseCount(Command command)
    {
        var fields = Fields.Of(command, "query", "limit", "skip", "hint", "fields");
        var skip = fields.Count("skip");
        var limit = fields.Any("limit") is { IsNumeric: true } given ? Math.Abs(given.ToInt64()) : fields.Count("limit");
        return (
            fields.Collection(),
            new Query(new Matcher(fields.Document("query") ?? []))
            {
                Limit = limit == 0 ? 0 : limit + skip, Hint = fields.Hint(), Deadline = fields.Deadline,
            },
            skip);
    }

    private static (string Collection, Pipeline Pipeline, int? BatchSize) ParseAggregate(Command command)
    {
        var fields = Fields.Of(command, "pipeline", "cursor", "allowDiskUse", "bypassDocumentValidation", "hint", "let", "explain");
        if (fields.Flag("explain") || fields.Document("let") is { ElementCount: > 0 })
        {
            throw Errors.NotImplemented("The options explain and let of aggregate are not supported; use the command explain");
        }

        var pipeline = new Pipeline(fields.Needed(fields.Array("pipeline"), "pipeline"), fields.Deadline, fields.Hint());
        var cursor = new Fields("aggregate.cursor", fields.Document("cursor")
            ?? throw Errors.FailedToParse("The 'cursor' option is required, except for aggregate with the explain argument"), "batchSize");
        if (fields.Any("aggregate") is { IsNumeric: true })
        {
            throw Errors.NotImplemented("Aggregation over a database is not supported");
        }

        return (fields.Collection(), pipeline, cursor.Has("batchSize") ? (int)Math.Min(cursor.Count("batchSize"), int.MaxValue) : null);
    }

    private BsonDocument Explain(Command command, string collection, Query query, long skip, bool execute)
    {
        var scan = new Scan(collection, query);
        var database = databases.Find(command.Database);
        database?.Read(session =>
        {
            scan.Prepare(session);
            return true;
        });
        var plan = PlanOf(scan, query, skip);
        var reply = new BsonDocument
        {
            { "explainVersion", "1" },
            {
                "queryPlanner", new BsonDocument
                {
                    { "namespace", $"{command.Database}.{collection}" }, { "winningPlan", plan }, { "rejectedPlans", new BsonArray() },
                }
            },
        };
        if (execute)
        {
            var started = databases.Time.GetTimestamp();
            var rows = database?.Rows(scan, 1000) ?? [];
            var found = (scan.IsSorted && query.Limit > 0 ? rows.Take((int)Math.Min(query.Limit, int.MaxValue)) : rows).LongCount();
            found = query.Limit > 0 ? Math.Min(found, query.Limit) : found;
            reply.Add("executionStats", new BsonDocument
            {
                { "executionSuccess", true },
                { "nReturned", (int)Math.Max(0, found - skip) },
                { "executionTimeMillis", (int)databases.Time.GetElapsedTime(started).TotalMilliseconds },
                { "totalKeysExamined", (int)scan.KeysExamined },
                { "totalDocsExamined", (int)scan.DocumentsExamined },
                { "executionStages", plan },
            });
        }

        reply.Add("command", command.Body["explain"]);
        return reply;
    }

    private static BsonDocument PlanOf(Scan scan, Query query, long skip)
    {
        if (scan.Plan is not { } plan)
        {
            return new BsonDocument("stage", "EOF");
        }

        var stage = plan.IndexName is not { } index
            ? new BsonDocument { { "stage", "COLLSCAN" }, { "direction", plan.Reverse ? "backward" : "forward" } }
            : new BsonDocument
            {
                { "stage", "FETCH" },
                {
                    "inputStage", new BsonDocument
                    {
                        { "stage", "IXSCAN" }, { "keyPattern", plan.KeyPattern }, { "indexName", index }, { "isMultiKey", plan.MayRepeat },
                        { "isUnique", plan.ById || plan.Index!.Specification.Unique }, { "direction", plan.Reverse ? "backward" : "forward" },
                    }
                },
            };
        stage = plan.IsSorted ? stage : new BsonDocument { { "stage", "SORT" }, { "inputStage", stage } };
        stage = skip == 0 ? stage : new BsonDocument { { "stage", "SKIP" }, { "skipAmount", skip }, { "inputStage", stage } };
        return query.Limit == 0 ? stage : new BsonDocument { { "stage", "LIMIT" }, { "limitAmount", query.Limit - skip }, { "inputStage", stage } };
    }

    private sealed record FindRequest(string Collection, Query Query, long Skip, long Limit, Projection? Projection)
    {
        internal int? BatchSize { get; init; }

        internal bool SingleBatch { get; init; }

        internal bool NeverIdle { get; init; }

        internal IEnumerable<BsonDocument> Run(Database? database, int first)
        {
            first = BatchSize ?? first;
            IEnumerable<BsonDocument> found = database?.Find(Collection, Query, (int)Math.Min(first + Skip, int.MaxValue)) ?? [];
            found = Skip == 0 ? found : found.Skip((int)Math.Min(Skip, int.MaxValue));
            return Projection is null ? found : found.Select(Projection.Apply);
        }
    }
}
