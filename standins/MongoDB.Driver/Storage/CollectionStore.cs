#nullable enable
using MongoDB.Bson;
using MongoDB.Bson.Storage;
using MongoDB.Driver.Query;

namespace MongoDB.Driver.Storage;

/// <summary>What can be done with the documents of one collection.</summary>
internal sealed class CollectionStore(Store store, string name)
{
    private readonly CollectionNaming _naming = new(store.Name, name);

    internal Store Database => store;

    internal Task<List<BsonDocument>> FindAsync(FindRequest request, CancellationToken cancellationToken)
    {
        var matcher = new Matcher(request.Filter);
        var sort = SortOf(request.Sort);
        return store.ReadAsync(
            session =>
            {
                if (session.Find(name) is not { } collection)
                {
                    return [];
                }

                var found = new List<BsonDocument>();
                var skip = request.Skip;
                var limit = request.Limit == 0 ? 0 : request.Skip + request.Limit;
                foreach (var (_, document) in session.Scan(collection, matcher, sort, limit))
                {
                    if (skip > 0)
                    {
                        skip--;
                        continue;
                    }

                    found.Add(Projector.Apply(request.Projection, document));
                    if (found.Count == request.Limit)
                    {
                        break;
                    }
                }

                return found;
            },
            cancellationToken);
    }

    internal Task<long> CountAsync(BsonDocument filter, long skip, long limit, CancellationToken cancellationToken)
    {
        var matcher = new Matcher(filter);
        return store.ReadAsync(
            session =>
            {
                if (session.Find(name) is not { } collection)
                {
                    return 0;
                }

                var most = limit > 0 ? skip + limit : long.MaxValue;
                var count = filter.ElementCount == 0
                    ? Math.Min(most, session.Connection.ReadInt64($"SELECT count(*) FROM {collection.Table}"))
                    : CountUpTo(session.Scan(collection, matcher, null, limit), most);
                return Math.Max(0, count - skip);
            },
            cancellationToken);
    }

    internal Task<InsertOutcome> InsertAsync(IReadOnlyList<BsonDocument> documents, bool ordered, CancellationToken cancellationToken)
    {
        BsonDocument[] all = [.. documents.Select(WithId)];
        return store.WriteAsync(
            session =>
            {
                var collection = session.FindOrCreate(name);
                var faults = new List<(int, WriteFault)>();
                var inserted = 0;
                for (var i = 0; i < all.Length; i++)
                {
                    session.Connection.Execute("SAVEPOINT one");
                    try
                    {
                        session.Insert(collection, _naming, all[i]);
                        inserted++;
                        session.Connection.Execute("RELEASE one");
                    }
                    catch (WriteFault fault)
                    {
                        session.Connection.Execute("ROLLBACK TO one");
                        session.Connection.Execute("RELEASE one");
                        faults.Add((i, fault));
                        if (ordered)
                        {
                            break;
                        }
                    }
                }

                return new InsertOutcome(inserted, faults);
            },
            cancellationToken);
    }

    internal Task<ChangeOutcome> ChangeAsync(ChangeRequest request, CancellationToken cancellationToken)
    {
        var matcher = new Matcher(request.Filter);
        var sort = SortOf(request.Sort);
        var updater = request.Change is Change.Update update ? new Updater(update.Operators) : null;
        return store.WriteAsync(
            session =>
            {
                var collection = request.Upsert ? session.FindOrCreate(name) : session.Find(name);
                if (collection == null)
                {
                    return new ChangeOutcome(0, 0, null, null, null);
                }

                // All are found before the first is changed, or a change could bring a document before the search again.
                var rows = session.Scan(collection, matcher, sort, request.Many ? 0 : 1);
                (long Id, BsonDocument Document)[] found = [.. request.Many ? rows : rows.Take(1)];
                if (found.Length == 0 && request.Upsert)
                {
                    var inserted = Upserted(request, updater);
                    session.Insert(collection, _naming, inserted);
                    return new ChangeOutcome(0, 0, inserted["_id"], null, inserted);
                }

                long modified = 0;
                BsonDocument? before = null;
                BsonDocument? after = null;
                foreach (var (row, document) in found)
                {
                    before = document;
                    if (request.Change is Change.Delete)
                    {
                        session.Delete(collection, row, document);
                        continue;
                    }

                    after = Changed(document, request.Change, updater);
                    if (!Session.Encode(after).AsSpan().SequenceEqual(Session.Encode(document)))
                    {
                        session.Replace(collection, _naming, row, document, after);
                        modified++;
                    }
                }

                return new ChangeOutcome(found.Length, modified, null, before, after);
            },
            cancellationToken);
    }

    internal Task<bool> CreateIndexesAsync(IReadOnlyList<IndexSpecification> specifications, CancellationToken cancellationToken) =>
        store.WriteAsync(
            session =>
            {
                foreach (var specification in specifications)
                {
                    var collection = session.FindOrCreate(name);
                    var sameName = collection.Indexes.Find(i => i.Specification.Name == specification.Name)?.Specification;
                    if (sameName != null && !sameName.SameAs(specification))
                    {
                        throw new WriteFault(
                            86, "IndexKeySpecsConflict",
                            $"An existing index has the same name as the requested index: {specification.Write()}, existing index: {sameName.Write()}");
                    }

                    var sameKeys = collection.Indexes.Find(
                        i => i.Specification.Keys.Equals(specification.Keys) && Equals(i.Specification.Partial, specification.Partial));
                    if (sameName == null && sameKeys != null)
                    {
                        throw new WriteFault(
                            85, "IndexOptionsConflict", $"Index already exists with a different name: {sameKeys.Specification.Name}");
                    }

                    if (sameName == null && !IsIdIndex(specification))
                    {
                        session.CreateIndex(collection, _naming, specification);
                    }
                }

                return true;
            },
            cancellationToken);

    internal Task<bool> DropIndexesAsync(string index, CancellationToken cancellationToken) => store.WriteAsync(
        session =>
        {
            var collection = session.Find(name) ?? throw new WriteFault(26, "NamespaceNotFound", $"ns not found {store.Name}.{name}");
            if (index == "_id_")
            {
                throw new WriteFault(72, "InvalidOptions", "cannot drop _id index");
            }

            var dropped = collection.Indexes.Where(i => index == "*" || i.Specification.Name == index).ToArray();
            if (dropped.Length == 0 && index != "*")
            {
                throw new WriteFault(27, "IndexNotFound", $"index not found with name [{index}]");
            }

            foreach (var table in dropped)
            {
                session.DropIndex(table);
            }

            return true;
        },
        cancellationToken);

    internal Task<List<BsonDocument>> ListIndexesAsync(CancellationToken cancellationToken) => store.ReadAsync(
        session =>
        {
            if (session.Find(name) is not { } collection)
            {
                return [];
            }

            var list = new List<BsonDocument>
            {
                new() { { "v", 2 }, { "key", new BsonDocument("_id", 1) }, { "name", "_id_" } },
            };
            list.AddRange(collection.Indexes.Select(i => i.Specification.Write()));
            return list;
        },
        cancellationToken);

    /// <summary>The statement that a search runs, and how SQLite says it goes about it.</summary>
    internal Task<(string? Index, string[] Steps)> ExplainAsync(FindRequest request, CancellationToken cancellationToken) => store.ReadAsync(
        session =>
        {
            var sort = SortOf(request.Sort);
            var plan = Plan.Choose(session.Find(name)!, new Matcher(request.Filter).Conditions, sort, request.Limit);
            var steps = new List<string>();
            var rows = session.Connection.Prepare("EXPLAIN QUERY PLAN " + plan.Sql);
            while (rows.Step())
            {
                steps.Add(rows.Text(3));
            }

            rows.Reset();
            if (!plan.IsSorted)
            {
                steps.Add("SORT IN MEMORY");
            }

            return (plan.Index, steps.ToArray());
        },
        cancellationToken);

    private static SortOrder? SortOf(BsonDocument? sort) => sort is { ElementCount: > 0 } ? new SortOrder(sort) : null;

    private static long CountUpTo(IEnumerable<(long, BsonDocument)> rows, long most)
    {
        long count = 0;
        foreach (var _ in rows)
        {
            if (++count == most)
            {
                break;
            }
        }

        return count;
    }

    private static BsonDocument WithId(BsonDocument document)
    {
        if (document.Contains("_id"))
        {
            if (document.GetElement(0).Name == "_id")
            {
                return document;
            }

            var reordered = new BsonDocument("_id", document["_id"]);
            return reordered.AddRange(document.Where(e => e.Name != "_id"));
        }

        var identified = new BsonDocument("_id", ObjectId.GenerateNewId());
        return identified.AddRange(document);
    }

    private static BsonDocument Changed(BsonDocument document, Change change, Updater? updater)
    {
        if (change is Change.Replace replace)
        {
            return replace.Document.Contains("_id")
                ? WithId(replace.Document)
                : new BsonDocument("_id", document["_id"]).AddRange(replace.Document);
        }

        var after = (BsonDocument)document.DeepClone();
        updater!.Apply(after, inserting: false);
        return after.TryGetValue("_id", out var id) && ValueKey.AreEqual(id, document["_id"])
            ? after
            : throw new WriteFault(66, "ImmutableField", "Performing an update on the path '_id' would modify the immutable field '_id'");
    }

    private static BsonDocument Upserted(ChangeRequest request, Updater? updater)
    {
        var equalities = new BsonDocument();
        CollectEqualities(request.Filter, equalities);
        if (request.Change is Change.Replace replace)
        {
            return WithId(replace.Document.Contains("_id") || !equalities.TryGetValue("_id", out var given)
                ? replace.Document
                : new BsonDocument("_id", given).AddRange(replace.Document));
        }

        var document = new BsonDocument();
        if (equalities.ElementCount > 0)
        {
            try
            {
                new Updater(new BsonDocument("$set", equalities)).Apply(document, inserting: true);
            }
            catch (WriteFault fault) when (fault.Code == 40)
            {
                throw new WriteFault(54, "NotSingleValueField", "cannot infer query fields to set, some paths are matched twice");
            }

            // Fields of the filter come in its order; only those of the update are sorted.
            document = new BsonDocument(equalities.Select(e => e.Name.Split('.')[0]).Distinct().Select(document.GetElement));
            document = (BsonDocument)document.DeepClone();
        }

        var id = document.GetValue("_id", null);
        updater!.Apply(document, inserting: true);
        return id is null || (document.TryGetValue("_id", out var now) && ValueKey.AreEqual(id, now))
            ? WithId(document)
            : throw new WriteFault(66, "ImmutableField", "Performing an update on the path '_id' would modify the immutable field '_id'");
    }

    private static void CollectEqualities(BsonDocument filter, BsonDocument equalities)
    {
        foreach (var element in filter)
        {
            if (element.Name == "$and" || (element.Name == "$or" && element.Value.AsBsonArray.Count == 1))
            {
                foreach (var part in element.Value.AsBsonArray)
                {
                    CollectEqualities(part.AsBsonDocument, equalities);
                }

                continue;
            }

            if (element.Name.StartsWith('$'))
            {
                continue;
            }

            var value = element.Value switch
            {
                BsonRegularExpression => null,
                BsonDocument d when d.TryGetValue("$eq", out var equal) => equal,
                BsonDocument d when d.TryGetValue("$all", out var all) && all is BsonArray { Count: 1 } one => one[0],
                BsonDocument { ElementCount: > 0 } d when d.GetElement(0).Name.StartsWith('$') => null,
                var plain => plain,
            };
            if (value is not null)
            {
                equalities.Add(equalities.Contains(element.Name)
                    ? throw new WriteFault(
                        54, "NotSingleValueField", $"cannot infer query fields to set, path '{element.Name}' is matched twice")
                    : new BsonElement(element.Name, value));
            }
        }
    }

    private static bool IsIdIndex(IndexSpecification specification) => specification.Keys is { ElementCount: 1 } keys && keys.Contains("_id");
}
