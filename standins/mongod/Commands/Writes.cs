using Mongod.Engine;
using Mongod.Engine.Aggregating;
using Mongod.Engine.Planning;
using Mongod.Engine.Storing;
using Mongod.Engine.Updating;
using MongoDB.Bson;

namespace Mongod.Commands;

/// <summary>The commands that change documents. A command is one request to the writer, however many statements it has.</summary>
internal sealed class Writes(Databases databases)
{
    private const int MostStatements = 100_000;

    internal async ValueTask<BsonDocument> InsertAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(command, "documents", "ordered", "bypassDocumentValidation");
        var name = fields.Collection();
        var documents = Statements(fields, "documents").Select(d => new Lazy<BsonDocument>(() => WithId(d))).ToArray();
        return await Run(command, fields, documents.Length, cancellationToken, session =>
        {
            var collection = session.FindOrCreate(name);
            return (i, _) =>
            {
                var document = documents[i].Value;
                if (documents.Length == 1 && collection.Indexes.Count == 0)
                {
                    session.Insert(collection, document);
                }
                else
                {
                    session.Atomically(() => session.Insert(collection = session.Find(name)!, document));
                }

                return 1;
            };
        });
    }

    internal async ValueTask<BsonDocument> UpdateAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(command, "updates", "ordered", "bypassDocumentValidation", "let");
        RefuseLet(fields);
        var name = fields.Collection();
        var updates = Statements(fields, "updates").Select(u => new Lazy<Change>(() => ParseUpdate(u, fields.Deadline))).ToArray();
        return await Run(command, fields, updates.Length, cancellationToken, session => (i, reply) =>
        {
            var change = updates[i].Value;
            Outcome outcome = default;
            session.Atomically(() => outcome = change.Run(session, name));
            reply["nModified"] = reply["nModified"].AsInt32 + outcome.Modified;
            if (outcome.UpsertedId is { } id)
            {
                if (!reply.Contains("upserted"))
                {
                    reply["upserted"] = new BsonArray();
                }

                reply["upserted"].AsBsonArray.Add(new BsonDocument { { "index", i }, { "_id", id } });
                return 1;
            }

            return outcome.Matched;
        });
    }

    internal async ValueTask<BsonDocument> DeleteAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(command, "deletes", "ordered", "let");
        RefuseLet(fields);
        var name = fields.Collection();
        var deletes = Statements(fields, "deletes").Select(d => new Lazy<Change>(() => ParseDelete(d, fields.Deadline))).ToArray();
        return await Run(command, fields, deletes.Length, cancellationToken, session => (i, _) =>
        {
            var change = deletes[i].Value;
            Outcome outcome = default;
            session.Atomically(() => outcome = change.Run(session, name));
            return outcome.Matched;
        });
    }

    internal async ValueTask<BsonDocument> FindAndModifyAsync(Command command, CancellationToken cancellationToken)
    {
        var fields = Fields.Of(
            command, "query", "sort", "remove", "update", "new", "fields", "upsert", "arrayFilters", "hint", "bypassDocumentValidation", "let");
        RefuseLet(fields);
        var name = fields.Collection();
        var (remove, upsert, returnsNew) = (fields.Flag("remove"), fields.Flag("upsert"), fields.Flag("new"));
        if (remove ? fields.Has("update") || upsert || returnsNew : !fields.Has("update"))
        {
            throw Errors.FailedToParse(!remove ? "Either an update or remove=true must be specified"
                : fields.Has("update") ? "Cannot specify both an update and remove=true"
                : upsert ? "Cannot specify both upsert=true and remove=true"
                : "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document");
        }

        var projection = Projection.Parse(fields.Document("fields"), isFind: true);
        var change = new Change(fields.Document("query") ?? [], Many: false, databases.Time)
        {
            Sort = SortOrder.Parse(fields.Document("sort")),
            Hint = fields.Hint(),
            Deadline = fields.Deadline,
            Delete = remove,
            Upsert = upsert,
        };
        change.Parse(fields.Any("update"), fields.Array("arrayFilters"));
        var outcome = await databases.Open(command.Database).WriteAsync(session => change.Run(session, name), fields.Deadline, cancellationToken);
        var last = new BsonDocument("n", outcome.Matched + (outcome.UpsertedId is null ? 0 : 1));
        if (!remove)
        {
            last.Add("updatedExisting", outcome.Matched > 0);
        }

        if (outcome.UpsertedId is { } id)
        {
            last.Add("upserted", id);
        }

        var value = returnsNew ? outcome.After : outcome.Before;
        return new BsonDocument
        {
            { "lastErrorObject", last }, { "value", value is null ? BsonNull.Value : projection is null ? value : projection.Apply(value) },
        };
    }

    /// <summary>A document with its <c>_id</c> first, which it is given when it has none.</summary>
    internal static BsonDocument WithId(BsonDocument document)
    {
        if (document.ElementCount > 0 && document.GetElement(0).Name == "_id")
        {
            return document;
        }

        var result = new BsonDocument(allowDuplicateNames: true) { { "_id", document.GetValue("_id", null) ?? ObjectId.GenerateNewId() } };
        result.AddRange(document.Where(e => e.Name != "_id"));
        return result;
    }

    private async Task<BsonDocument> Run(
        Command command,
        Fields fields,
        int statements,
        CancellationToken cancellationToken,
        Func<Session, Func<int, BsonDocument, int>> prepare)
    {
        var ordered = fields.Flag("ordered", otherwise: true);
        return await databases.Open(command.Database).WriteAsync(
            session =>
            {
                var reply = new BsonDocument("n", 0);
                reply.Add("nModified", 0, command.Name == "update");
                var run = prepare(session);
                var errors = new BsonArray();
                var n = 0;
                for (var i = 0; i < statements; i++)
                {
                    try
                    {
                        n += run(i, reply);
                    }
                    catch (CommandException error)
                    {
                        errors.Add(new BsonDocument { { "index", i }, { "code", error.Code } }
                            .AddRange(error.Details ?? []).Add("errmsg", error.Message));
                        if (ordered)
                        {
                            break;
                        }
                    }
                }

                reply["n"] = n;
                return errors.Count == 0 ? reply : reply.Add("writeErrors", errors);
            },
            fields.Deadline,
            cancellationToken);
    }

    private static BsonDocument[] Statements(Fields fields, string name)
    {
        var statements = fields.Needed(fields.Array(name), name);
        return statements.Count is >= 1 and <= MostStatements
            ? [.. statements.Select(s => s as BsonDocument ?? throw Errors.TypeMismatch($"Each of '{name}' must be an object"))]
            : throw new CommandException(
                16, "InvalidLength", $"Write batch sizes must be between 1 and {MostStatements}. Got {statements.Count} operations.");
    }

    private static void RefuseLet(Fields fields)
    {
        if (fields.Document("let") is { ElementCount: > 0 })
        {
            throw Errors.NotImplemented("The option let is not supported");
        }
    }

    private Change ParseUpdate(BsonDocument statement, Deadline deadline)
    {
        var fields = new Fields("update.updates", statement, "q", "u", "multi", "upsert", "collation", "arrayFilters", "hint", "sort");
        var change = new Change(fields.Needed(fields.Document("q"), "q"), fields.Flag("multi"), databases.Time)
        {
            Hint = fields.Hint(), Sort = SortOrder.Parse(fields.Document("sort")), Deadline = deadline, Upsert = fields.Flag("upsert"),
        };
        if (change is { Many: true, Sort: not null })
        {
            throw Errors.FailedToParse("Cannot specify sort with multi=true");
        }

        change.Parse(fields.Needed(fields.Any("u"), "u"), fields.Array("arrayFilters"));
        return change;
    }

    private Change ParseDelete(BsonDocument statement, Deadline deadline)
    {
        var fields = new Fields("delete.deletes", statement, "q", "limit", "collation", "hint");
        var limit = fields.Needed(fields.Any("limit"), "limit");
        return limit.IsNumeric && limit.ToDouble() is 0 or 1
            ? new Change(fields.Needed(fields.Document("q"), "q"), Many: limit.ToDouble() == 0, databases.Time)
            {
                Delete = true, Hint = fields.Hint(), Deadline = deadline,
            }
            : throw Errors.FailedToParse($"The limit field in delete objects must be 0 or 1. Got {limit}");
    }
}
