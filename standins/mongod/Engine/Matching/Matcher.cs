using System.Text.RegularExpressions;
using Mongod.Commands;
using Mongod.Engine.Aggregating;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Engine.Matching;

/// <summary>A condition on one field, kept apart so that an index may serve it.</summary>
internal sealed record Condition(string Path, string Operator, BsonValue Operand);

/// <summary>Decides whether a document fits a filter of MongoDB's query language.</summary>
internal sealed class Matcher
{
    // A caller's pattern must not hang the server on a hostile text.
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    private static readonly HashSet<string> LeftOut = new(StringComparer.Ordinal)
    {
        "$where", "$text", "$jsonSchema", "$geoWithin", "$geoIntersects", "$near", "$nearSphere", "$sampleRate", "$rand",
    };

    private readonly Predicate<BsonDocument> _test;

    internal Matcher(BsonDocument filter)
    {
        _test = Parse(filter, 0);
        IsEverything = filter.ElementCount == 0;
        AddConditions("", filter, Conditions);
    }

    internal static Matcher All { get; } = new([]);

    /// <summary>Conditions that every fitting document meets; there may be others that are not in the list.</summary>
    internal List<Condition> Conditions { get; } = [];

    internal bool IsEverything { get; }

    internal bool Matches(BsonDocument document) => _test(document);

    /// <summary>The position of the first item of an array that the conditions on it, or on its documents' fields, pick out.</summary>
    internal int? PositionIn(BsonDocument document, string array)
    {
        if (PathValues.Collect(document, array.Split('.'), expand: false).OfType<BsonArray>().FirstOrDefault() is not { } items)
        {
            return null;
        }

        foreach (var (path, name, operand) in Conditions)
        {
            Predicate<BsonValue>? test = null;
            if (path == array)
            {
                test = ItemTest(name == "$elemMatch" ? operand : new BsonDocument(name, operand));
            }
            else if (path.StartsWith(array + ".", StringComparison.Ordinal))
            {
                var inner = new Matcher(new BsonDocument(path[(array.Length + 1)..], new BsonDocument(name, operand)));
                test = item => item is BsonDocument d && inner.Matches(d);
            }

            if (test != null && items.Select((item, i) => (item, i)).FirstOrDefault(p => test(p.item), (BsonNull.Value, -1)) is (_, >= 0 and var at))
            {
                return at;
            }
        }

        return null;
    }

    /// <summary>A test of one value, as $pull and $elemMatch put it to array items.</summary>
    internal static Predicate<BsonValue> ItemTest(BsonValue condition)
    {
        if (condition is BsonDocument document && (document.ElementCount == 0 || !IsOperator(document)
            || document.GetElement(0).Name is "$and" or "$or" or "$nor" or "$expr"))
        {
            var test = Parse(document, 1);
            return item => item switch
            {
                BsonDocument inner => test(inner),
                BsonArray array => test(new BsonDocument(array.Select((v, i) => new BsonElement(i.ToString(), v)))),
                _ => false,
            };
        }

        var operators = condition is BsonDocument d ? ParseOperators("", d) : ParseEquality(condition);
        return item => operators(new BsonDocument("", item), PathValues.Item);
    }

    /// <summary>Whether a value that meets <paramref name="known"/> must meet <paramref name="needed"/> too.</summary>
    internal static bool Implies(Condition known, Condition needed)
    {
        if (known == needed)
        {
            return true;
        }

        return known.Path == needed.Path && known.Operator switch
        {
            "$eq" when known.Operand is not (BsonArray or BsonRegularExpression or BsonNull) =>
                ItemTest(new BsonDocument(needed.Operator, needed.Operand))(known.Operand),
            "$gt" or "$gte" when ValueKey.Class(known.Operand) == ValueKey.Class(needed.Operand) && needed.Operator is "$gt" or "$gte" =>
                ValueKey.Compare(known.Operand, needed.Operand) is var order && (order > 0 || (order == 0 && needed.Operator == "$gte")),
            "$lt" or "$lte" when ValueKey.Class(known.Operand) == ValueKey.Class(needed.Operand) && needed.Operator is "$lt" or "$lte" =>
                ValueKey.Compare(known.Operand, needed.Operand) is var order && (order < 0 || (order == 0 && needed.Operator == "$lte")),
            "$gt" or "$gte" or "$lt" or "$lte" => needed.Operator == "$exists" && needed.Operand.ToBoolean()
                && known.Operand is not (BsonNull or BsonMinKey or BsonMaxKey),
            _ => false,
        };
    }

    internal static bool IsOperator(BsonDocument document) =>
        document.ElementCount > 0 && document.GetElement(0).Name is ['$', ..] and not ("$ref" or "$id" or "$db");

    private static void AddConditions(string prefix, BsonDocument filter, List<Condition> conditions)
    {
        foreach (var element in filter)
        {
            if (element.Name == "$and")
            {
                foreach (var part in element.Value.AsBsonArray)
                {
                    AddConditions(prefix, part.AsBsonDocument, conditions);
                }
            }
            else if (!element.Name.StartsWith('$'))
            {
                var path = prefix + element.Name;
                if (element.Value is BsonDocument operators && IsOperator(operators))
                {
                    foreach (var (name, operand) in operators.Select(o => (o.Name, o.Value)))
                    {
                        conditions.Add(new Condition(path, name, operand));
                        if (name == "$elemMatch" && operand is BsonDocument item)
                        {
                            AddConditions(path + ".", IsOperator(item) && !item.Contains("$and") ? [] : item, conditions);
                        }
                    }
                }
                else
                {
                    conditions.Add(new Condition(path, element.Value is BsonRegularExpression ? "$regex" : "$eq", element.Value));
                }
            }
        }
    }

    private static Predicate<BsonDocument> Parse(BsonDocument filter, int depth)
    {
        if (depth > Stored.MostDepth)
        {
            throw Errors.BadValue("exceeded maximum query tree depth");
        }

        var tests = new List<Predicate<BsonDocument>>();
        foreach (var element in filter)
        {
            switch (element.Name)
            {
                case "$and":
                    var all = Branches(element, depth);
                    tests.Add(document => Array.TrueForAll(all, test => test(document)));
                    break;
                case "$or":
                    var any = Branches(element, depth);
                    tests.Add(document => Array.Exists(any, test => test(document)));
                    break;
                case "$nor":
                    var none = Branches(element, depth);
                    tests.Add(document => !Array.Exists(none, test => test(document)));
                    break;
                case "$expr":
                    var expression = Expression.Parse(element.Value);
                    tests.Add(document => Expression.IsTrue(expression(document)));
                    break;
                case "$comment":
                    break;
                case "$alwaysTrue" or "$alwaysFalse":
                    var always = element.Name == "$alwaysTrue";
                    tests.Add(_ => always);
                    break;
                case ['$', ..] and not ("$ref" or "$id" or "$db"):
                    throw LeftOut.Contains(element.Name)
                        ? Errors.NotImplemented($"The query operator {element.Name} is not supported")
                        : Errors.BadValue($"unknown top level operator: {element.Name}. If you have a field name that starts with a '$' symbol, "
                            + "consider using $getField or $setField.");
                default:
                    tests.Add(ParseField(element));
                    break;
            }
        }

        return tests.Count switch
        {
            0 => _ => true,
            1 => tests[0],
            _ => document => tests.TrueForAll(test => test(document)),
        };
    }

    private static Predicate<BsonDocument>[] Branches(BsonElement element, int depth)
    {
        if (element.Value is not BsonArray { Count: > 0 } array)
        {
            throw Errors.BadValue($"{element.Name} argument must be a non-empty array");
        }

        return [.. array.Select(part => Parse(
            part as BsonDocument ?? throw Errors.BadValue($"{element.Name} argument's entries must be objects"), depth + 1))];
    }

    private static Predicate<BsonDocument> ParseField(BsonElement element)
    {
        var path = element.Name.Split('.');
        var test = element.Value is BsonDocument operators && IsOperator(operators)
            ? ParseOperators(element.Name, operators)
            : ParseEquality(element.Value);
        return document => test(document, path);
    }

    private static Func<BsonDocument, string[], bool> ParseOperators(string path, BsonDocument operators)
    {
        if (operators.Contains("$options") && !operators.Contains("$regex"))
        {
            throw Errors.BadValue("$options needs a $regex");
        }

        var tests = operators
            .Where(o => o.Name is not ("$options" or "$comment"))
            .Select(o => ParseOperator(path, o.Name, o.Value, operators))
            .ToArray();
        return tests.Length == 1 ? tests[0] : (document, parts) => Array.TrueForAll(tests, test => test(document, parts));
    }

    private static Func<BsonDocument, string[], bool> ParseOperator(string path, string name, BsonValue operand, BsonDocument all)
    {
        switch (name)
        {
            case "$eq":
                return Any(EqualTo(operand));
            case "$ne":
                return Not(Any(operand is BsonRegularExpression
                    ? throw Errors.BadValue("Can't have regex as arg to $ne.")
                    : EqualTo(operand)));
            case "$gt" or "$gte" or "$lt" or "$lte":
                return Any(Comparison(name, operand));
            case "$in":
                return Any(OneOf(name, operand));
            case "$nin":
                return Not(Any(OneOf(name, operand)));
            case "$exists":
                var wanted = Expression.IsTrue(operand);
                return (document, parts) => PathValues.Exists(document, parts) == wanted;
            case "$not":
                return Not(operand switch
                {
                    BsonRegularExpression => ParseEquality(operand),
                    BsonDocument { ElementCount: 0 } => throw Errors.BadValue("$not cannot be empty"),
                    BsonDocument inner when IsOperator(inner) => ParseOperators(path, inner),
                    _ => throw Errors.BadValue("$not needs a regex or a document"),
                });
            case "$size":
                var size = Integral(name, operand);
                if (size < 0)
                {
                    throw Errors.BadValue($"Failed to parse $size. Expected a non-negative number in: $size: {size}");
                }

                return (document, parts) => PathValues.Collect(document, parts, expand: false).Exists(v => v is BsonArray a && a.Count == size);
            case "$all":
                return ParseAll(path, operand);
            case "$elemMatch":
                var item = ItemTest(operand as BsonDocument ?? throw Errors.BadValue("$elemMatch needs an Object"));
                return (document, parts) => PathValues.Collect(document, parts, expand: false)
                    .Exists(v => v is BsonArray a && a.Any(i => item(i)));
            case "$regex":
                return Any(Pattern(operand, all));
            case "$type":
                var types = Types(operand);
                return (document, parts) => PathValues.Collect(document, parts, expand: true).Exists(v => v is not null && types(v));
            case "$mod":
                return Any(Modulo(operand));
            case "$bitsAllSet" or "$bitsAllClear" or "$bitsAnySet" or "$bitsAnyClear":
                return Any(Bits(name, operand));
            default:
                throw LeftOut.Contains(name)
                    ? Errors.NotImplemented($"The query operator {name} is not supported")
                    : Errors.BadValue($"unknown operator: {name}");
        }
    }

    private static Func<BsonDocument, string[], bool> ParseEquality(BsonValue value) =>
        Any(value is BsonRegularExpression ? Pattern(value, []) : EqualTo(value));

    private static Func<BsonDocument, string[], bool> ParseAll(string path, BsonValue operand)
    {
        var items = operand as BsonArray ?? throw Errors.BadValue("$all needs an array");
        var matching = items.Count(item => item is BsonDocument { ElementCount: > 0 } d && d.GetElement(0).Name == "$elemMatch");
        if (matching > 0 && matching < items.Count)
        {
            throw Errors.BadValue("$all/$elemMatch has to be consistent");
        }

        if (items.Any(item => item is BsonDocument d && IsOperator(d) && d.GetElement(0).Name != "$elemMatch"))
        {
            throw Errors.BadValue("no $ expressions in $all");
        }

        var tests = items.Select(item => matching > 0 ? ParseOperators(path, item.AsBsonDocument) : ParseEquality(item)).ToArray();
        return (document, parts) => tests.Length > 0 && Array.TrueForAll(tests, test => test(document, parts));
    }

    private static Func<BsonDocument, string[], bool> Any(Predicate<BsonValue?> test) => (document, parts) =>
    {
        // Most paths are one name and most values no arrays.
        if (parts.Length == 1 && document.TryGetValue(parts[0], out var value) && value is not BsonArray)
        {
            return test(value);
        }

        return PathValues.Collect(document, parts, expand: true).Exists(test);
    };

    private static Func<BsonDocument, string[], bool> Not(Func<BsonDocument, string[], bool> test) =>
        (document, parts) => !test(document, parts);

    private static Predicate<BsonValue?> EqualTo(BsonValue operand) => operand switch
    {
        BsonNull => value => value is null or BsonNull or BsonUndefined,
        BsonUndefined => throw Errors.BadValue("cannot compare to undefined"),
        _ => value => value is not null && ValueKey.AreEqual(value, operand),
    };

    private static Predicate<BsonValue?> Comparison(string name, BsonValue operand)
    {
        if (operand is BsonRegularExpression)
        {
            throw Errors.BadValue($"Can't have RegEx as arg to predicate over field with {name}.");
        }

        if (operand is BsonNull)
        {
            return name is "$gte" or "$lte" ? EqualTo(operand) : _ => false;
        }

        if (IsNaN(operand))
        {
            return name is "$gte" or "$lte" ? EqualTo(operand) : _ => false;
        }

        var valueClass = ValueKey.Class(operand);
        var any = operand is BsonMinKey or BsonMaxKey;
        return value =>
        {
            if (value is null)
            {
                // A missing field stands for null, which lies between MinKey and MaxKey.
                return any && (operand is BsonMinKey ? name is "$gt" or "$gte" : name is "$lt" or "$lte");
            }

            if (!any && (ValueKey.Class(value) != valueClass || IsNaN(value)))
            {
                return false;
            }

            var order = ValueKey.Compare(value, operand);
            return name switch
            {
                "$gt" => order > 0,
                "$gte" => order >= 0,
                "$lt" => order < 0,
                _ => order <= 0,
            };
        };
    }

    private static bool IsNaN(BsonValue value) =>
        value is BsonDouble { Value: double.NaN } || (value is BsonDecimal128 d && Decimal128.IsNaN(d.Value));

    private static Predicate<BsonValue?> OneOf(string name, BsonValue operand)
    {
        var values = operand as BsonArray ?? throw Errors.BadValue($"{name} needs an array");
        if (values.Any(v => v is BsonDocument d && IsOperator(d)))
        {
            throw Errors.BadValue($"cannot nest $ under {name}");
        }

        var tests = values.Where(v => v is BsonRegularExpression).Select(v => Pattern(v, [])).ToArray();
        var keys = values.Where(v => v is not BsonRegularExpression).Select(ValueKey.Encode).ToHashSet(KeyOrder.Instance);
        var orMissing = values.Any(v => v is BsonNull);
        return value => value is null or BsonUndefined
            ? orMissing
            : (keys.Count > 0 && keys.Contains(ValueKey.Encode(value))) || Array.Exists(tests, test => test(value));
    }

    private static Predicate<BsonValue?> Pattern(BsonValue operand, BsonDocument all)
    {
        var expression = operand switch
        {
            BsonRegularExpression r => r,
            BsonString s => new BsonRegularExpression(s.Value, ""),
            _ => throw Errors.BadValue("$regex has to be a string"),
        };
        if (all.TryGetValue("$options", out var options))
        {
            if (expression.Options.Length > 0)
            {
                throw Errors.Location(51074, "options set in both $regex and $options");
            }

            expression = new BsonRegularExpression(
                expression.Pattern, (options as BsonString ?? throw Errors.BadValue("$options has to be a string")).Value);
        }

        var flags = RegexOptions.CultureInvariant;
        foreach (var flag in expression.Options)
        {
            flags |= flag switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'x' => RegexOptions.IgnorePatternWhitespace,
                'u' => RegexOptions.None,
                _ => throw Errors.Location(51108, $"invalid flag in regex options: {flag}"),
            };
        }

        if (expression.Pattern.Contains('\0', StringComparison.Ordinal))
        {
            throw Errors.BadValue("Regular expression cannot contain an embedded null byte");
        }

        Regex regex;
        try
        {
            regex = new Regex(expression.Pattern, flags, PatternLimit);
        }
        catch (ArgumentException fault)
        {
            throw Errors.Location(51091, $"Regular expression is invalid: {fault.Message}");
        }

        return value => value switch
        {
            BsonString text => IsMatch(regex, text.Value),
            BsonSymbol text => IsMatch(regex, text.Name),
            BsonRegularExpression same => same.Equals(expression),
            _ => false,
        };
    }

    private static bool IsMatch(Regex regex, string text)
    {
        try
        {
            return regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            throw Errors.Location(51156, "Error occurred while executing regular expression: match limit exceeded");
        }
    }

    private static Predicate<BsonValue?> Modulo(BsonValue operand)
    {
        if (operand is not BsonArray { Count: var count } pair)
        {
            throw Errors.BadValue("malformed mod, needs to be an array");
        }

        if (count != 2)
        {
            throw Errors.BadValue($"malformed mod, {(count < 2 ? "not enough" : "too many")} elements");
        }

        if (!pair[0].IsNumeric || !pair[1].IsNumeric)
        {
            throw Errors.BadValue($"malformed mod, {(pair[0].IsNumeric ? "remainder" : "divisor")} not a number");
        }

        var (divisor, remainder) = (Truncated(pair[0]), Truncated(pair[1]));
        if (divisor is null or 0 || remainder is null)
        {
            throw Errors.BadValue("divisor cannot be 0");
        }

        return value => value is not null && Truncated(value) is { } number && (divisor == -1 ? 0 : number % divisor) == remainder;
    }

    private static Predicate<BsonValue?> Bits(string name, BsonValue operand)
    {
        long mask = 0;
        if (operand is BsonArray positions)
        {
            foreach (var position in positions)
            {
                mask |= Truncated(position) is { } p and >= 0
                    ? 1L << (int)Math.Min(p, 63)
                    : throw Errors.BadValue("bit positions must be an integer >= 0 but got: " + position);
            }
        }
        else if (operand.IsNumeric)
        {
            mask = Integral(name, operand);
            if (mask < 0)
            {
                throw Errors.FailedToParse($"Expected a non-negative number in: {name}: {operand}");
            }
        }
        else
        {
            throw operand is BsonBinaryData
                ? Errors.NotImplemented($"{name} with binary data is not supported")
                : Errors.BadValue($"{name} takes an Array, a number, or a BinData but received: {operand}");
        }

        return value => value is { IsNumeric: true } && Truncated(value) is { } number && (value is not BsonDouble d || d.Value == number) && name switch
        {
            "$bitsAllSet" => (number & mask) == mask,
            "$bitsAllClear" => (number & mask) == 0,
            "$bitsAnySet" => (number & mask) != 0,
            _ => (~number & mask) != 0,
        };
    }

    private static long? Truncated(BsonValue value) => value switch
    {
        BsonInt32 v => v.Value,
        BsonInt64 v => v.Value,
        BsonDouble { Value: >= -9.2e18 and <= 9.2e18 } v => (long)v.Value,
        BsonDecimal128 v when !IsNaN(v) && Math.Abs(Decimal128.ToDouble(v.Value)) < 9.2e18 => (long)Decimal128.ToDouble(v.Value),
        _ => null,
    };

    private static Predicate<BsonValue> Types(BsonValue operand)
    {
        if (operand is BsonArray several)
        {
            if (several.Count == 0)
            {
                throw Errors.FailedToParse("$type must match at least one type");
            }

            var tests = several.Select(Types).ToArray();
            return value => Array.Exists(tests, test => test(value));
        }

        if (operand is BsonString { Value: "number" })
        {
            return value => value.IsNumeric;
        }

        var type = operand switch
        {
            BsonString { Value: var alias } => alias switch
            {
                "double" => BsonType.Double,
                "string" => BsonType.String,
                "object" => BsonType.Document,
                "array" => BsonType.Array,
                "binData" => BsonType.Binary,
                "undefined" => BsonType.Undefined,
                "objectId" => BsonType.ObjectId,
                "bool" => BsonType.Boolean,
                "date" => BsonType.DateTime,
                "null" => BsonType.Null,
                "regex" => BsonType.RegularExpression,
                "javascript" => BsonType.JavaScript,
                "symbol" => BsonType.Symbol,
                "javascriptWithScope" => BsonType.JavaScriptWithScope,
                "int" => BsonType.Int32,
                "timestamp" => BsonType.Timestamp,
                "long" => BsonType.Int64,
                "decimal" => BsonType.Decimal128,
                "minKey" => BsonType.MinKey,
                "maxKey" => BsonType.MaxKey,
                _ => throw Errors.BadValue($"Unknown type name alias: {alias}"),
            },
            { IsNumeric: true } when Integral("$type", operand) is var number && number is -1 or (>= 1 and <= 19) or 127 or 255 =>
                (BsonType)(number & 0xff),
            { IsNumeric: true } => throw Errors.BadValue($"Invalid numerical type code: {operand}"),
            _ => throw Errors.TypeMismatch("type must be represented as a number or a string"),
        };
        return value => value.BsonType == type;
    }

    private static long Integral(string name, BsonValue operand) =>
        operand.IsNumeric && Truncated(operand) is { } number && (operand is not BsonDouble d || d.Value == number)
            ? number
            : throw Errors.BadValue($"Failed to parse {name}. Expected an integer: {name}: {operand}");
}
