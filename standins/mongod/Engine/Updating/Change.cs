using Mongod.Commands;
using Mongod.Engine.Matching;
using Mongod.Engine.Planning;
using Mongod.Engine.Storing;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Engine.Updating;

/// <summary>What a change did.</summary>
internal readonly record struct Outcome(int Matched, int Modified, BsonValue? UpsertedId, BsonDocument? Before, BsonDocument? After);

/// <summary>An update, a replacement or a deletion of the documents that fit a filter.</summary>
internal sealed record Change(BsonDocument Filter, bool Many, TimeProvider Time)
{
    private readonly Matcher _matcher = new(Filter);
    private Updater? _updater;
    private BsonDocument? _replacement;

    internal SortOrder? Sort { get; init; }

    internal BsonValue? Hint { get; init; }

    internal Deadline Deadline { get; init; }

    internal bool Delete { get; init; }

    internal bool Upsert { get; init; }

    /// <summary>Takes the operators, or the document that replaces the old one.</summary>
    internal void Parse(BsonValue? update, BsonArray? arrayFilters)
    {
        switch (update)
        {
            case null when Delete:
                break;
            case BsonArray:
                throw Errors.NotImplemented("Pipeline-style updates are not supported");
            case BsonDocument operators when operators.ElementCount > 0 && operators.GetElement(0).Name.StartsWith('$'):
                _updater = new Updater(operators, new ArrayFilters(arrayFilters), Time);
                break;
            case BsonDocument replacement when Many:
                throw Errors.FailedToParse("multi update is not supported for replacement-style update");
            case BsonDocument replacement:
                if (arrayFilters is { Count: > 0 })
                {
                    throw Errors.FailedToParse("Cannot specify arrayFilters in a replacement-style update");
                }

                if (replacement.Names.FirstOrDefault(n => n.StartsWith('$')) is { } name)
                {
                    throw new CommandException(
                        52,
                        "DollarPrefixedFieldName",
                        $"The dollar ($) prefixed field '{name}' in '{name}' is not allowed in the context of an update's replacement document. "
                        + "Consider using an aggregation pipeline with $replaceWith.");
                }

                _replacement = replacement;
                break;
            default:
                throw Errors.FailedToParse("Update argument must be either an object or an array");
        }
    }

    internal Outcome Run(Session session, string name)
    {
        if (session.Find(name) is not { } collection)
        {
            if (!Upsert)
            {
                return default;
            }

            collection = session.FindOrCreate(name);
        }

        var query = new Query(_matcher) { Sort = Sort, Limit = Many ? 0 : 1, Hint = Hint, Deadline = Deadline };
        var scan = new Scan(name, query);
        if (!Many)
        {
            scan.Prepare(session);
            var found = scan.IsSorted ? scan.Next(session, 1) : First(session, scan);
            return found.Count > 0 ? Apply(session, collection, found[0]) : Upsert ? Insert(session, collection) : default;
        }

        // All are found before the first is changed, or a change could bring a document before the search again.
        var rows = new List<long>();
        while (scan.Next(session, 1000) is { Count: > 0 } some)
        {
            rows.AddRange(some.Select(r => r.Id));
        }

        if (rows.Count == 0 && Upsert)
        {
            return Insert(session, collection);
        }

        var modified = 0;
        foreach (var id in rows)
        {
            Deadline.Check();
            modified += Apply(session, collection, session.Read(collection, id)!.Value).Modified;
        }

        return new Outcome(rows.Count, modified, null, null, null);
    }

    private List<Row> First(Session session, Scan scan)
    {
        (byte[] Key, Row Row)? first = null;
        while (scan.Next(session, 1000) is { Count: > 0 } rows)
        {
            foreach (var row in rows)
            {
                var key = Sort!.KeyOf(row.Document);
                if (first is not { } best || KeyOrder.Instance.Compare(key, best.Key) < 0)
                {
                    first = (key, row);
                }
            }
        }

        return first is { } found ? [found.Row] : [];
    }

    private Outcome Apply(Session session, CollectionTable collection, Row row)
    {
        if (Delete)
        {
            session.Delete(collection, row);
            return new Outcome(1, 0, null, row.Document, null);
        }

        var id = row.Document["_id"];
        BsonDocument after;
        if (_updater is { } updater)
        {
            after = Stored.Copy(row.Document);
            updater.Apply(after, inserting: false, array => _matcher.PositionIn(row.Document, array));
            if (!after.TryGetValue("_id", out var now) || !ValueKey.AreEqual(id, now))
            {
                throw new CommandException(
                    66, "ImmutableField", "Performing an update on the path '_id' would modify the immutable field '_id'");
            }
        }
        else
        {
            after = Replaced(id);
            if (!ValueKey.AreEqual(id, after["_id"]))
            {
                throw new CommandException(
                    66,
                    "ImmutableField",
                    $"After applying the update, the (immutable) field '_id' was found to have been altered to _id: {after["_id"]}");
            }
        }

        var bytes = Stored.Encode(after);
        var before = row.Document.Slice.AccessBackingBytes(0);
        if (before.AsSpan(0, row.Document.Slice.Length).SequenceEqual(bytes))
        {
            return new Outcome(1, 0, null, row.Document, row.Document);
        }

        session.Replace(collection, row, bytes);
        return new Outcome(1, 1, null, row.Document, Stored.View(bytes));
    }

    private BsonDocument Replaced(BsonValue? id)
    {
        if (_replacement!.Contains("_id") || id is null)
        {
            return Writes.WithId(_replacement);
        }

        return new BsonDocument(allowDuplicateNames: true) { { "_id", id } }.AddRange(_replacement);
    }

    private Outcome Insert(Session session, CollectionTable collection)
    {
        var equalities = new BsonDocument();
        CollectEqualities(Filter, equalities);
        BsonDocument document;
        if (_replacement != null)
        {
            document = Replaced(equalities.GetValue("_id", null));
        }
        else
        {
            document = [];
            var none = new ArrayFilters(null);
            try
            {
                // Each on its own: they come in the order of the filter, and only those of the update are sorted.
                foreach (var equality in equalities)
                {
                    new Updater(new BsonDocument("$set", new BsonDocument(equality)), none, Time).Apply(document, inserting: true, _ => null);
                }
            }
            catch (CommandException error) when (error.Code == 28)
            {
                throw new CommandException(54, "NotSingleValueField", "cannot infer query fields to set, some paths are matched twice");
            }

            document = Stored.Copy(document);
            var id = document.GetValue("_id", null);
            _updater!.Apply(document, inserting: true, _ => null);
            if (id is not null && !(document.TryGetValue("_id", out var now) && ValueKey.AreEqual(id, now)))
            {
                throw new CommandException(
                    66, "ImmutableField", "Performing an update on the path '_id' would modify the immutable field '_id'");
            }

            document = Writes.WithId(document);
        }

        session.Insert(collection, document);
        return new Outcome(0, 0, document["_id"], null, document);
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
                BsonDocument d when Matcher.IsOperator(d) && d.TryGetValue("$eq", out var equal) => equal,
                BsonDocument d when Matcher.IsOperator(d) && d.TryGetValue("$in", out var any) && any is BsonArray { Count: 1 } one => one[0],
                BsonDocument d when Matcher.IsOperator(d) && d.TryGetValue("$all", out var all) && all is BsonArray { Count: 1 } one => one[0],
                BsonDocument d when Matcher.IsOperator(d) => null,
                var plain => plain,
            };
            if (value is null or BsonRegularExpression || (value is BsonDocument inner && Matcher.IsOperator(inner)))
            {
                continue;
            }

            foreach (var name in equalities.Names)
            {
                if (name == element.Name || name.StartsWith(element.Name + ".", StringComparison.Ordinal)
                    || element.Name.StartsWith(name + ".", StringComparison.Ordinal))
                {
                    throw new CommandException(
                        54, "NotSingleValueField", $"cannot infer query fields to set, path '{element.Name}' is matched twice");
                }
            }

            equalities.Add(element.Name, value);
        }
    }
}
