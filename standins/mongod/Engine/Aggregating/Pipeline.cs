using Mongod.Commands;
using Mongod.Engine.Matching;
using Mongod.Engine.Planning;
using Mongod.Engine.Storing;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Engine.Aggregating;

/// <summary>
/// The stages of an aggregation. What a find could do at the beginning (match, sort, skip, limit) is left to the collection and its
/// indexes; the rest runs over what comes from there.
/// </summary>
internal sealed class Pipeline
{
    // Stages that MongoDB has and this server has not.
    private static readonly HashSet<string> LeftOut = new(StringComparer.Ordinal)
    {
        "$addFields", "$set", "$unset", "$replaceRoot", "$replaceWith", "$lookup", "$graphLookup", "$facet", "$bucket", "$bucketAuto",
        "$sortByCount", "$out", "$merge", "$sample", "$redact", "$geoNear", "$indexStats", "$collStats", "$unionWith", "$setWindowFields",
        "$densify", "$fill", "$documents", "$changeStream", "$currentOp", "$listSessions", "$listLocalSessions", "$planCacheStats", "$search",
    };

    private readonly List<Func<IEnumerable<BsonDocument>, IEnumerable<BsonDocument>>> _stages = [];

    internal Pipeline(BsonArray stages, Deadline deadline, BsonValue? hint)
    {
        var matches = new BsonArray();
        var (skip, limit) = (0L, 0L);
        BsonDocument? sort = null;
        var leading = true;
        foreach (var stage in stages)
        {
            if (stage is not BsonDocument document)
            {
                throw Errors.TypeMismatch("Each element of the 'pipeline' array must be an object");
            }

            if (document.ElementCount != 1)
            {
                throw Errors.Location(40323, "A pipeline stage specification object must contain exactly one field.");
            }

            var (name, value) = (document.GetElement(0).Name, document.GetElement(0).Value);
            var parsed = Parse(name, value);
            switch (name)
            {
                case "$match" when leading && sort == null && skip == 0 && limit == 0:
                    matches.Add(value);
                    break;
                case "$sort" when leading && sort == null && skip == 0 && limit == 0:
                    sort = value.AsBsonDocument;
                    break;
                case "$skip" when leading && limit == 0:
                    skip += value.ToInt64();
                    break;
                case "$limit" when leading:
                    limit = limit == 0 ? value.ToInt64() : Math.Min(limit, value.ToInt64());
                    break;
                default:
                    leading = false;
                    _stages.Add(parsed);
                    break;
            }
        }

        Skip = skip;
        Query = new Query(new Matcher(matches.Count == 0 ? [] : matches.Count == 1 ? matches[0].AsBsonDocument : new BsonDocument("$and", matches)))
        {
            Sort = SortOrder.Parse(sort),
            Limit = Query.LimitWith(skip, limit),
            Deadline = deadline,
            Hint = hint,
        };
    }

    /// <summary>What the collection is asked for.</summary>
    internal Query Query { get; }

    internal long Skip { get; }

    internal IEnumerable<BsonDocument> Run(IEnumerable<BsonDocument> documents)
    {
        documents = Skip == 0 ? documents : documents.Skip((int)Math.Min(Skip, int.MaxValue));
        foreach (var stage in _stages)
        {
            documents = stage(documents);
        }

        return documents;
    }

    private static Func<IEnumerable<BsonDocument>, IEnumerable<BsonDocument>> Parse(string name, BsonValue value)
    {
        switch (name)
        {
            case "$match":
                var matcher = new Matcher(value as BsonDocument
                    ?? throw Errors.Location(15959, "the match filter must be an expression in an object"));
                return documents => documents.Where(matcher.Matches);
            case "$sort":
                var sort = value as BsonDocument ?? throw Errors.Location(15973, "the $sort key specification must be an object");
                var order = SortOrder.Parse(sort) ?? throw Errors.Location(15976, "$sort stage must have at least one sort key");
                return documents => new Sorter(order, 0).Sort(documents);
            case "$limit":
                var limit = Whole(value, 15957, "the limit must be specified as a number");
                return limit > 0
                    ? documents => documents.Take((int)Math.Min(limit, int.MaxValue))
                    : throw Errors.Location(15958, "the limit must be positive");
            case "$skip":
                var skip = Whole(value, 15972, "Argument to $skip must be a number");
                return skip >= 0
                    ? documents => documents.Skip((int)Math.Min(skip, int.MaxValue))
                    : throw Errors.Location(15956, "Argument to $skip cannot be negative");
            case "$project":
                var specification = value as BsonDocument ?? throw Errors.Location(15969, "$project specification must be an object");
                var projection = Projection.Parse(specification, isFind: false)
                    ?? throw Errors.Location(51272, "Invalid $project :: caused by :: projection specification must have at least one field");
                return documents => documents.Select(projection.Apply);
            case "$count":
                var field = value is BsonString { Value.Length: > 0 } text
                    ? text.Value
                    : throw Errors.Location(value is BsonString ? 40157 : 40156, "the count field must be a non-empty string");
                if (field.Contains('\0', StringComparison.Ordinal))
                {
                    throw Errors.Location(40159, "the count field cannot contain a null byte");
                }

                if (field.StartsWith('$') || field.Contains('.', StringComparison.Ordinal))
                {
                    throw Errors.Location(field[0] == '$' ? 40158 : 40160, "the count field cannot be a $-prefixed path or contain '.'");
                }

                return documents => Count(documents, field);
            case "$unwind":
                return Unwind.Parse(value);
            case "$group":
                return Group.Parse(value);
            default:
                throw LeftOut.Contains(name)
                    ? Errors.NotImplemented($"The stage {name} is not supported")
                    : Errors.Location(40324, $"Unrecognized pipeline stage name: '{name}'");
        }
    }

    private static IEnumerable<BsonDocument> Count(IEnumerable<BsonDocument> documents, string field)
    {
        var count = documents.Count();
        if (count > 0)
        {
            yield return new BsonDocument(field, count);
        }
    }

    private static long Whole(BsonValue value, int code, string message) => value.IsNumeric && value.ToDouble() == Math.Floor(value.ToDouble())
        ? value.ToInt64()
        : throw Errors.Location(code, message);
}

/// <summary>The stage $unwind: a document for each item of an array.</summary>
internal static class Unwind
{
    internal static Func<IEnumerable<BsonDocument>, IEnumerable<BsonDocument>> Parse(BsonValue value)
    {
        var options = value as BsonDocument ?? new BsonDocument("path", value);
        if (options.Names.FirstOrDefault(n => n is not ("path" or "includeArrayIndex" or "preserveNullAndEmptyArrays")) is { } unknown)
        {
            throw Errors.Location(28811, $"unrecognized option to $unwind stage: {unknown}");
        }

        var path = options.GetValue("path", null) switch
        {
            null => throw Errors.Location(28812, "no path specified to $unwind stage"),
            BsonString { Value: ['$', _, ..] } text => text.Value[1..].Split('.'),
            BsonString => throw Errors.Location(28818, "path option to $unwind stage should be prefixed with a '$'"),
            var other => throw Errors.Location(28808, $"expected a string as the path for $unwind stage, got {Errors.TypeName(other)}"),
        };
        var index = options.GetValue("includeArrayIndex", null) switch
        {
            null => null,
            BsonString { Value: ['$', ..] } => throw Errors.Location(28822, "includeArrayIndex option to $unwind stage should not be prefixed with a '$'"),
            BsonString { Value.Length: > 0 } text => !text.Value.Contains('\0', StringComparison.Ordinal)
                ? text.Value
                : throw Errors.Location(16411, "FieldPath field names may not contain embedded nulls"),
            _ => throw Errors.Location(28810, "expected a non-empty string for the includeArrayIndex option to $unwind stage"),
        };
        var preserve = options.GetValue("preserveNullAndEmptyArrays", null) switch
        {
            null => false,
            BsonBoolean flag => flag.Value,
            _ => throw Errors.Location(28809, "expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage"),
        };
        return documents => documents.SelectMany(document => Apply(document, path, index, preserve));
    }

    private static IEnumerable<BsonDocument> Apply(BsonDocument document, string[] path, string? index, bool preserve)
    {
        var current = (BsonValue?)document;
        foreach (var part in path)
        {
            current = current is BsonDocument d && d.TryGetValue(part, out var next) ? next : null;
        }

        switch (current)
        {
            case BsonArray { Count: > 0 } items:
                var at = 0L;
                foreach (var item in items)
                {
                    var copy = With(document, path, 0, item);
                    if (index != null)
                    {
                        copy[index] = at++;
                    }

                    yield return copy;
                }

                break;
            case null or BsonNull or BsonUndefined or BsonArray:
                if (preserve)
                {
                    var copy = current is BsonArray ? With(document, path, 0, null) : new BsonDocument(document);
                    if (index != null)
                    {
                        copy[index] = BsonNull.Value;
                    }

                    yield return copy;
                }

                break;
            default:
                var single = new BsonDocument(document);
                if (index != null)
                {
                    single[index] = BsonNull.Value;
                }

                yield return single;
                break;
        }
    }

    private static BsonDocument With(BsonDocument document, string[] path, int at, BsonValue? value)
    {
        var copy = new BsonDocument(document);
        if (at < path.Length - 1)
        {
            copy[path[at]] = With(copy[path[at]].AsBsonDocument, path, at + 1, value);
        }
        else if (value is null)
        {
            copy.Remove(path[at]);
        }
        else
        {
            copy[path[at]] = value;
        }

        return copy;
    }
}

/// <summary>The stage $group.</summary>
internal static class Group
{
    internal static Func<IEnumerable<BsonDocument>, IEnumerable<BsonDocument>> Parse(BsonValue value)
    {
        var specification = value as BsonDocument ?? throw Errors.Location(15947, "a group's fields must be specified in an object");
        var id = Expression.Parse(specification.GetValue("_id", null) ?? throw Errors.Location(15955, "a group specification must include an _id"));
        var fields = specification.Where(f => f.Name != "_id").Select(f => (f.Name, Create: ParseField(f))).ToArray();
        return documents => Run(documents, id, fields);
    }

    private static Func<Accumulator> ParseField(BsonElement field)
    {
        if (field.Name.Contains('.', StringComparison.Ordinal))
        {
            throw Errors.Location(40235, $"The field name '{field.Name}' cannot contain '.'");
        }

        if (field.Name.StartsWith('$'))
        {
            throw Errors.Location(40236, $"The field name '{field.Name}' cannot be an operator name");
        }

        if (field.Value is not BsonDocument { ElementCount: > 0 } operation || !operation.GetElement(0).Name.StartsWith('$'))
        {
            throw Errors.Location(40234, $"The field '{field.Name}' must be an accumulator object");
        }

        if (operation.ElementCount != 1)
        {
            throw Errors.Location(40238, $"The field '{field.Name}' must specify one accumulator");
        }

        var (name, argument) = (operation.GetElement(0).Name, operation.GetElement(0).Value);
        if (argument is BsonArray)
        {
            throw Errors.Location(40237, $"The {name} accumulator is a unary operator");
        }

        if (name == "$count")
        {
            return argument is BsonDocument { ElementCount: 0 }
                ? () => new Accumulator.Sum(_ => BsonInt32.Create(1))
                : throw Errors.TypeMismatch("$count takes no arguments, i.e. $count:{}");
        }

        Func<Func<BsonDocument, BsonValue?>, Accumulator> create = name switch
        {
            "$sum" => e => new Accumulator.Sum(e),
            "$avg" => e => new Accumulator.Average(e),
            "$min" => e => new Accumulator.Extreme(e, -1),
            "$max" => e => new Accumulator.Extreme(e, 1),
            "$first" => e => new Accumulator.First(e),
            "$last" => e => new Accumulator.Last(e),
            "$push" => e => new Accumulator.Push(e, isSet: false),
            "$addToSet" => e => new Accumulator.Push(e, isSet: true),
            _ => throw Errors.Location(15952, $"unknown group operator '{name}'"),
        };
        var expression = Expression.Parse(argument);
        return () => create(expression);
    }

    private static IEnumerable<BsonDocument> Run(
        IEnumerable<BsonDocument> documents, Func<BsonDocument, BsonValue?> id, (string Name, Func<Accumulator> Create)[] fields)
    {
        var groups = new Dictionary<byte[], (BsonValue Id, Accumulator[] Fields)>(KeyOrder.Instance);
        foreach (var document in documents)
        {
            var value = id(document) ?? BsonNull.Value;
            var key = ValueKey.Encode(value);
            if (!groups.TryGetValue(key, out var group))
            {
                groups.Add(key, group = (value, Array.ConvertAll(fields, f => f.Create())));
            }

            foreach (var field in group.Fields)
            {
                field.Add(document);
            }
        }

        foreach (var (value, accumulators) in groups.Values)
        {
            var result = new BsonDocument("_id", value);
            for (var i = 0; i < fields.Length; i++)
            {
                result[fields[i].Name] = accumulators[i].Result;
            }

            yield return result;
        }
    }
}

/// <summary>What a group makes of its documents for one field.</summary>
internal abstract class Accumulator
{
    internal abstract BsonValue Result { get; }

    internal abstract void Add(BsonDocument document);

    internal sealed class Sum(Func<BsonDocument, BsonValue?> expression) : Accumulator
    {
        private BsonValue _sum = BsonInt32.Create(0);

        internal override BsonValue Result => _sum;

        internal override void Add(BsonDocument document)
        {
            if (expression(document) is { IsNumeric: true } value)
            {
                _sum = Expression.Add(_sum, value);
            }
        }
    }

    internal sealed class Average(Func<BsonDocument, BsonValue?> expression) : Accumulator
    {
        private BsonValue _sum = BsonInt32.Create(0);
        private long _count;

        internal override BsonValue Result => _count == 0 ? BsonNull.Value : Expression.Divide(_sum, _count);

        internal override void Add(BsonDocument document)
        {
            if (expression(document) is { IsNumeric: true } value)
            {
                _sum = Expression.Add(_sum, value);
                _count++;
            }
        }
    }

    internal sealed class Extreme(Func<BsonDocument, BsonValue?> expression, int sign) : Accumulator
    {
        private BsonValue? _extreme;

        internal override BsonValue Result => _extreme ?? BsonNull.Value;

        internal override void Add(BsonDocument document)
        {
            if (expression(document) is { } value && value is not (BsonNull or BsonUndefined)
                && (_extreme is null || Math.Sign(ValueKey.Compare(value, _extreme)) == sign))
            {
                _extreme = value;
            }
        }
    }

    internal sealed class First(Func<BsonDocument, BsonValue?> expression) : Accumulator
    {
        private BsonValue? _first;

        internal override BsonValue Result => _first ?? BsonNull.Value;

        internal override void Add(BsonDocument document) => _first ??= expression(document) ?? BsonNull.Value;
    }

    internal sealed class Last(Func<BsonDocument, BsonValue?> expression) : Accumulator
    {
        private BsonValue? _last;

        internal override BsonValue Result => _last ?? BsonNull.Value;

        internal override void Add(BsonDocument document) => _last = expression(document);
    }

    internal sealed class Push(Func<BsonDocument, BsonValue?> expression, bool isSet) : Accumulator
    {
        private readonly BsonArray _items = [];
        private readonly HashSet<byte[]>? _keys = isSet ? new(KeyOrder.Instance) : null;

        internal override BsonValue Result => _items;

        internal override void Add(BsonDocument document)
        {
            if (expression(document) is { } value && _keys?.Add(ValueKey.Encode(value)) != false)
            {
                _items.Add(value);
            }
        }
    }
}
