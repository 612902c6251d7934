#nullable enable
using System.Text.RegularExpressions;
using MongoDB.Bson;
using MongoDB.Bson.Storage;
using MongoDB.Driver.Storage;

namespace MongoDB.Driver.Query;

/// <summary>A condition on one field, kept apart so that an index may serve it.</summary>
internal sealed record Condition(string Path, string Operator, BsonValue Operand);

/// <summary>Decides whether a document fits a filter of MongoDB's query language.</summary>
internal sealed class Matcher
{
    // A pattern of the caller's own must not hang the store on a hostile text.
    private static readonly TimeSpan PatternLimit = TimeSpan.FromSeconds(1);

    private static readonly HashSet<string> LeftOut = new(StringComparer.Ordinal)
    {
        "$expr", "$where", "$text", "$jsonSchema", "$comment", "$geoWithin", "$geoIntersects", "$near", "$nearSphere", "$bitsAllClear",
        "$bitsAllSet", "$bitsAnyClear", "$bitsAnySet", "$sampleRate", "$rand", "$alwaysTrue", "$alwaysFalse",
    };

    private readonly Predicate<BsonDocument> _test;

    internal Matcher(BsonDocument filter)
    {
        _test = Parse(filter);
        AddConditions(filter, Conditions);
    }

    /// <summary>Conditions that every fitting document meets; there may be others that are not in the list.</summary>
    internal List<Condition> Conditions { get; } = [];

    internal bool Matches(BsonDocument document) => _test(document);

    /// <summary>A test of one value, as $pull and $elemMatch put it to array items.</summary>
    internal static Predicate<BsonValue> ItemTest(BsonValue condition)
    {
        if (condition is BsonDocument document && (document.ElementCount == 0 || !IsOperator(document)
            || document.GetElement(0).Name is "$and" or "$or" or "$nor"))
        {
            var test = Parse(document);
            return item => item is BsonDocument inner && test(inner);
        }

        var operators = condition is BsonDocument d ? ParseOperators("", d) : ParseEquality(condition);
        return item => operators(new BsonDocument("", item), PathValues.Item);
    }

    private static void AddConditions(BsonDocument filter, List<Condition> conditions)
    {
        foreach (var element in filter)
        {
            if (element.Name == "$and")
            {
                foreach (var part in element.Value.AsBsonArray)
                {
                    AddConditions(part.AsBsonDocument, conditions);
                }
            }
            else if (!element.Name.StartsWith('$'))
            {
                if (element.Value is BsonDocument operators && IsOperator(operators))
                {
                    conditions.AddRange(operators.Select(o => new Condition(element.Name, o.Name, o.Value)));
                }
                else
                {
                    conditions.Add(new Condition(element.Name, element.Value is BsonRegularExpression ? "$regex" : "$eq", element.Value));
                }
            }
        }
    }

    private static Predicate<BsonDocument> Parse(BsonDocument filter)
    {
        var tests = new List<Predicate<BsonDocument>>();
        foreach (var element in filter)
        {
            switch (element.Name)
            {
                case "$and":
                    var all = Branches(element);
                    tests.Add(document => Array.TrueForAll(all, test => test(document)));
                    break;
                case "$or":
                    var any = Branches(element);
                    tests.Add(document => Array.Exists(any, test => test(document)));
                    break;
                case "$nor":
                    var none = Branches(element);
                    tests.Add(document => !Array.Exists(none, test => test(document)));
                    break;
                case ['$', ..]:
                    throw Unknown(element.Name);
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

    private static Predicate<BsonDocument>[] Branches(BsonElement element)
    {
        if (element.Value is not BsonArray { Count: > 0 } array)
        {
            throw WriteFault.BadValue($"{element.Name} argument must be a non-empty array");
        }

        return [.. array.Select(part => Parse(part as BsonDocument
            ?? throw WriteFault.BadValue($"{element.Name} argument's entries must be objects")))];
    }

    private static Predicate<BsonDocument> ParseField(BsonElement element)
    {
        var path = element.Name.Split('.');
        var test = element.Value is BsonDocument operators && IsOperator(operators)
            ? ParseOperators(element.Name, operators)
            : ParseEquality(element.Value);
        return document => test(document, path);
    }

    private static bool IsOperator(BsonDocument document) => document.ElementCount > 0 && document.GetElement(0).Name.StartsWith('$');

    private static Func<BsonDocument, string[], bool> ParseOperators(string path, BsonDocument operators)
    {
        var tests = operators
            .Where(o => o.Name != "$options")
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
                    ? throw WriteFault.BadValue("Can't have regex as arg to $ne.")
                    : EqualTo(operand)));
            case "$gt" or "$gte" or "$lt" or "$lte":
                return Any(Comparison(name, operand));
            case "$in":
                return Any(OneOf(name, operand));
            case "$nin":
                return Not(Any(OneOf(name, operand)));
            case "$exists":
                var wanted = operand.ToBoolean();
                return (document, parts) => PathValues.Collect(document, parts, expand: true).Exists(v => v is not null) == wanted;
            case "$not":
                return Not(operand switch
                {
                    BsonRegularExpression => ParseEquality(operand),
                    BsonDocument inner when IsOperator(inner) => ParseOperators(path, inner),
                    _ => throw WriteFault.BadValue("$not needs a regex or a document"),
                });
            case "$size":
                var size = Integral(name, operand);
                if (size < 0)
                {
                    throw WriteFault.BadValue($"Failed to parse $size. Expected a non-negative number in: $size: {size}");
                }

                return (document, parts) => PathValues.Collect(document, parts, expand: false).Exists(v => v is BsonArray a && a.Count == size);
            case "$all":
                return ParseAll(path, operand);
            case "$elemMatch":
                var item = ItemTest(operand as BsonDocument ?? throw WriteFault.BadValue("$elemMatch needs an Object"));
                return (document, parts) => PathValues.Collect(document, parts, expand: false)
                    .Exists(v => v is BsonArray a && a.Any(i => item(i)));
            case "$regex":
                return Any(Pattern(operand, all));
            case "$type":
                var types = Types(operand);
                return (document, parts) => PathValues.Collect(document, parts, expand: true).Exists(v => v is not null && types(v));
            case "$mod":
                return Any(Modulo(operand));
            default:
                throw Unknown(name);
        }
    }

    private static Func<BsonDocument, string[], bool> ParseEquality(BsonValue value) =>
        Any(value is BsonRegularExpression ? Pattern(value, []) : EqualTo(value));

    private static Func<BsonDocument, string[], bool> ParseAll(string path, BsonValue operand)
    {
        var items = operand as BsonArray ?? throw WriteFault.BadValue("$all needs an array");
        var tests = items.Select(item => item is BsonDocument { ElementCount: > 0 } d && d.GetElement(0).Name == "$elemMatch"
            ? ParseOperators(path, d)
            : ParseEquality(item)).ToArray();
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

    private static Predicate<BsonValue?> EqualTo(BsonValue operand) =>
        operand is BsonNull ? value => value is null or BsonNull : value => value is not null && ValueKey.AreEqual(value, operand);

    private static Predicate<BsonValue?> Comparison(string name, BsonValue operand)
    {
        if (operand is BsonRegularExpression)
        {
            throw WriteFault.BadValue($"Can't have RegEx as arg to predicate over field with {name}.");
        }

        if (operand is BsonNull)
        {
            return name is "$gte" or "$lte" ? EqualTo(operand) : _ => false;
        }

        if (operand is BsonDouble { Value: double.NaN })
        {
            return name is "$gte" or "$lte" ? EqualTo(operand) : _ => false;
        }

        var valueClass = ValueKey.Class(operand);
        var any = operand is BsonMinKey or BsonMaxKey;
        return value =>
        {
            if (value is null || (!any && (ValueKey.Class(value) != valueClass || value is BsonDouble { Value: double.NaN })))
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

    private static Predicate<BsonValue?> OneOf(string name, BsonValue operand)
    {
        var values = operand as BsonArray ?? throw WriteFault.BadValue($"{name} needs an array");
        var tests = values.Where(v => v is BsonRegularExpression).Select(v => Pattern(v, [])).ToArray();
        var keys = values.Where(v => v is not BsonRegularExpression).Select(ValueKey.Encode).ToHashSet(KeyOrder.Instance);
        var orMissing = values.Any(v => v is BsonNull);
        return value => value is null
            ? orMissing
            : (keys.Count > 0 && keys.Contains(ValueKey.Encode(value))) || Array.Exists(tests, test => test(value));
    }

    private static Predicate<BsonValue?> Pattern(BsonValue operand, BsonDocument all)
    {
        var expression = operand switch
        {
            BsonRegularExpression r => r,
            BsonString s => new BsonRegularExpression(s.Value, ""),
            _ => throw WriteFault.BadValue("$regex has to be a string"),
        };
        if (all.TryGetValue("$options", out var options))
        {
            expression = new BsonRegularExpression(expression.Pattern, options.AsString);
        }

        Regex regex;
        try
        {
            regex = new Regex(expression.Pattern, expression.ToOptions() | RegexOptions.CultureInvariant, PatternLimit);
        }
        catch (ArgumentException fault)
        {
            throw new WriteFault(51091, "Location51091", $"Regular expression is invalid: {fault.Message}");
        }

        return value => value switch
        {
            BsonString text => regex.IsMatch(text.Value),
            BsonRegularExpression same => same.Equals(expression),
            _ => false,
        };
    }

    private static Predicate<BsonValue?> Modulo(BsonValue operand)
    {
        if (operand is not BsonArray { Count: 2 } pair)
        {
            throw WriteFault.BadValue("malformed mod, needs a divisor and a remainder");
        }

        var (divisor, remainder) = (Truncated(pair[0]), Truncated(pair[1]));
        if (divisor is null or 0 || remainder is null)
        {
            throw WriteFault.BadValue("divisor cannot be 0");
        }

        return value => value is not null && Truncated(value) is { } number && (divisor == -1 ? 0 : number % divisor) == remainder;
    }

    private static long? Truncated(BsonValue value) => value switch
    {
        BsonInt32 v => v.Value,
        BsonInt64 v => v.Value,
        BsonDouble { Value: >= -9.2e18 and <= 9.2e18 } v => (long)v.Value,
        BsonDecimal128 v when Math.Abs((decimal)v.Value) < long.MaxValue => (long)(decimal)v.Value,
        _ => null,
    };

    private static Predicate<BsonValue> Types(BsonValue operand)
    {
        if (operand is BsonArray several)
        {
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
                "objectId" => BsonType.ObjectId,
                "bool" => BsonType.Boolean,
                "date" => BsonType.DateTime,
                "null" => BsonType.Null,
                "regex" => BsonType.RegularExpression,
                "int" => BsonType.Int32,
                "timestamp" => BsonType.Timestamp,
                "long" => BsonType.Int64,
                "decimal" => BsonType.Decimal128,
                "minKey" => BsonType.MinKey,
                "maxKey" => BsonType.MaxKey,
                _ => throw WriteFault.BadValue($"Unknown type name alias: {alias}"),
            },
            { IsNumeric: true } => (BsonType)(Integral("$type", operand) & 0xff),
            _ => throw WriteFault.TypeMismatch("type must be represented as a number or a string"),
        };
        return value => value.BsonType == type;
    }

    private static long Integral(string name, BsonValue operand) =>
        Truncated(operand) is { } number && (operand is not BsonDouble d || d.Value == number)
            ? number
            : throw WriteFault.BadValue($"{name} needs an integer");

    private static Exception Unknown(string name) => LeftOut.Contains(name)
        ? new NotSupportedException($"The query operator {name} is not supported.")
        : WriteFault.BadValue($"unknown operator: {name}");
}
