using Mongod.Commands;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Engine.Aggregating;

/// <summary>The expressions of aggregation and <c>$expr</c>: a function of the document, whose null means missing.</summary>
internal static class Expression
{
    internal static Func<BsonDocument, BsonValue?> Parse(BsonValue value)
    {
        switch (value)
        {
            case BsonString { Value: ['$', '$', ..] } variable:
                return ParseVariable(variable.Value);
            case BsonString { Value: ['$', ..] } path:
                return Field(path.Value[1..]);
            case BsonArray array:
                Func<BsonDocument, BsonValue?>[] items = [.. array.Select(Parse)];
                return document => new BsonArray(items.Select(item => item(document) ?? BsonNull.Value));
            case BsonDocument { ElementCount: > 0 } operation when operation.GetElement(0).Name.StartsWith('$'):
                return operation.ElementCount == 1
                    ? ParseOperator(operation.GetElement(0))
                    : throw Errors.Location(15983, "An object representing an expression must have exactly one field: " + operation);
            case BsonDocument fields:
                var parts = fields.Select(f => f.Name.Contains('.', StringComparison.Ordinal)
                    ? throw Errors.Location(16412, $"FieldPath field names may not contain '.' in '{f.Name}'.")
                    : f.Name.StartsWith('$') ? throw Errors.Location(16410, "FieldPath field names may not start with '$'.") : (f.Name, Value: Parse(f.Value))).ToArray();
                return document =>
                {
                    var result = new BsonDocument();
                    foreach (var (name, part) in parts)
                    {
                        if (part(document) is { } found)
                        {
                            result[name] = found;
                        }
                    }

                    return result;
                };
            default:
                return _ => value;
        }
    }

    internal static bool IsTrue(BsonValue? value) => value switch
    {
        null or BsonNull or BsonUndefined => false,
        BsonBoolean v => v.Value,
        { IsNumeric: true } => ValueKey.Compare(value, BsonInt32.Create(0)) != 0,
        _ => true,
    };

    /// <summary>Adds numbers as MongoDB does: in the widest of their types, past an int's range in a long, past that in a double.</summary>
    internal static BsonValue Add(BsonValue left, BsonValue right) => (left, right) switch
    {
        (BsonDecimal128, _) or (_, BsonDecimal128) => Decimals(left, right, (l, r) => l + r, (l, r) => l + r),
        (BsonDouble, _) or (_, BsonDouble) => left.ToDouble() + right.ToDouble(),
        (BsonInt32 l, BsonInt32 r) => Narrow((long)l.Value + r.Value),
        _ => left.ToInt64() + (Int128)right.ToInt64() is var sum && sum == (long)sum ? (BsonValue)(long)sum : (double)sum,
    };

    internal static BsonValue Multiply(BsonValue left, BsonValue right) => (left, right) switch
    {
        (BsonDecimal128, _) or (_, BsonDecimal128) => Decimals(left, right, (l, r) => l * r, (l, r) => l * r),
        (BsonDouble, _) or (_, BsonDouble) => left.ToDouble() * right.ToDouble(),
        (BsonInt32 l, BsonInt32 r) => Narrow((long)l.Value * r.Value),
        _ => left.ToInt64() * (Int128)right.ToInt64() is var product && product == (long)product ? (BsonValue)(long)product : (double)product,
    };

    internal static BsonValue Divide(BsonValue left, BsonValue right)
    {
        if (ValueKey.Compare(right, BsonInt32.Create(0)) == 0)
        {
            throw new CommandException(2, "BadValue", "can't $divide by zero");
        }

        return left is BsonDecimal128 || right is BsonDecimal128
            ? Decimals(left, right, (l, r) => l / r, (l, r) => l / r)
            : left.ToDouble() / right.ToDouble();
    }

    private static BsonDecimal128 Decimals(
        BsonValue left, BsonValue right, Func<decimal, decimal, decimal> exact, Func<double, double, double> beyond)
    {
        try
        {
            return new BsonDecimal128(new Decimal128(exact(left.ToDecimal(), right.ToDecimal())));
        }
        catch (OverflowException)
        {
            // Past what .NET calculates with exactly (28 digits), and for infinities and NaN.
            var result = beyond(AsDouble(left), AsDouble(right));
            return new BsonDecimal128(double.IsFinite(result)
                ? Decimal128.Parse(result.ToString("R"))
                : double.IsNaN(result) ? Decimal128.QNaN : result > 0 ? Decimal128.PositiveInfinity : Decimal128.NegativeInfinity);
        }
    }

    private static double AsDouble(BsonValue value) => value is BsonDecimal128 d
        ? double.Parse(d.Value.ToString().Replace("Infinity", "∞", StringComparison.Ordinal))
        : value.ToDouble();

    private static BsonValue Narrow(long value) => value is >= int.MinValue and <= int.MaxValue ? (int)value : value;

    private static Func<BsonDocument, BsonValue?> ParseVariable(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var (variable, path) = dot < 0 ? (name[2..], "") : (name[2..dot], name[(dot + 1)..]);
        return variable switch
        {
            "ROOT" or "CURRENT" => path.Length == 0 ? document => document : Field(path),
            "NOW" => _ => new BsonDateTime(DateTime.UtcNow),
            "REMOVE" => _ => null,
            _ => throw Errors.Location(17276, $"Use of undefined variable: {variable}"),
        };
    }

    private static Func<BsonDocument, BsonValue?> Field(string path)
    {
        var parts = path.Split('.');
        return Array.Exists(parts, p => p.Length == 0)
            ? throw Errors.Location(40353, "FieldPath must not end with a '.' and field names may not be empty strings.")
            : Array.Exists(parts, p => p.StartsWith('$'))
                ? throw Errors.Location(16410, "FieldPath field names may not start with '$'.")
                : document => Follow(document, parts, 0);
    }

    // Here a path through an array gives an array, of what the path finds in each document.
    private static BsonValue? Follow(BsonValue value, string[] parts, int at)
    {
        switch (value)
        {
            case var _ when at == parts.Length:
                return value;
            case BsonDocument document:
                return document.TryGetValue(parts[at], out var inner) ? Follow(inner, parts, at + 1) : null;
            case BsonArray array:
                return new BsonArray(array.Select(item => item is BsonDocument or BsonArray ? Follow(item, parts, at) : null).OfType<BsonValue>());
            default:
                return null;
        }
    }

    private static Func<BsonDocument, BsonValue?> ParseOperator(BsonElement operation)
    {
        var name = operation.Name;
        if (name == "$literal")
        {
            return _ => operation.Value;
        }

        if (name == "$cond" && operation.Value is BsonDocument cond)
        {
            var known = cond.Names.Except(["if", "then", "else"]).FirstOrDefault();
            return known == null && cond.ElementCount == 3
                ? Conditional([Parse(cond["if"]), Parse(cond["then"]), Parse(cond["else"])])
                : throw Errors.Location(known == null ? 17080 : 17083, known == null ? "Missing parameter to $cond" : $"Unrecognized parameter to $cond: {known}");
        }

        Func<BsonDocument, BsonValue?>[] arguments = operation.Value is BsonArray array ? [.. array.Select(Parse)] : [Parse(operation.Value)];
        Func<BsonDocument, BsonValue?> Needs(int count, Func<BsonValue?[], BsonValue?> function) => arguments.Length == count
            ? document => function(Array.ConvertAll(arguments, a => a(document)))
            : throw Errors.Location(16020, $"Expression {name} takes exactly {count} arguments. {arguments.Length} were passed in.");
        Func<BsonDocument, BsonValue?> Compares(Func<int, bool> test) =>
            Needs(2, values => (BsonBoolean)test(Compare(values[0], values[1])));
        Func<BsonDocument, BsonValue?> Folds(BsonValue start, Func<BsonValue, BsonValue, BsonValue> step) => document =>
        {
            var result = start;
            foreach (var argument in arguments)
            {
                if (argument(document) is not { } value || value is BsonNull)
                {
                    return BsonNull.Value;
                }

                result = step(result, Number(name, value));
            }

            return result;
        };
        switch (name)
        {
            case "$eq":
                return Compares(order => order == 0);
            case "$ne":
                return Compares(order => order != 0);
            case "$gt":
                return Compares(order => order > 0);
            case "$gte":
                return Compares(order => order >= 0);
            case "$lt":
                return Compares(order => order < 0);
            case "$lte":
                return Compares(order => order <= 0);
            case "$cmp":
                return Needs(2, values => Math.Sign(Compare(values[0], values[1])));
            case "$and":
                return document => (BsonBoolean)Array.TrueForAll(arguments, a => IsTrue(a(document)));
            case "$or":
                return document => (BsonBoolean)Array.Exists(arguments, a => IsTrue(a(document)));
            case "$not":
                return Needs(1, values => (BsonBoolean)!IsTrue(values[0]));
            case "$cond":
                return arguments.Length == 3
                    ? Conditional(arguments)
                    : throw Errors.Location(16020, $"Expression $cond takes exactly 3 arguments. {arguments.Length} were passed in.");
            case "$ifNull":
                return document => arguments.Select(a => a(document)).FirstOrDefault(v => v is not (null or BsonNull or BsonUndefined))
                    ?? arguments[^1](document);
            case "$add":
                return Folds(0, Add);
            case "$multiply":
                return Folds(1, Multiply);
            case "$subtract":
                return Needs(2, values => values[0] is null or BsonNull || values[1] is null or BsonNull
                    ? BsonNull.Value
                    : (values[0], values[1]) is (BsonDateTime l, BsonDateTime r)
                        ? l.MillisecondsSinceEpoch - r.MillisecondsSinceEpoch
                        : Add(Number(name, values[0]!), Multiply(Number(name, values[1]!), -1)));
            case "$divide":
                return Needs(2, values => values[0] is null or BsonNull || values[1] is null or BsonNull
                    ? BsonNull.Value
                    : Divide(Number(name, values[0]!), Number(name, values[1]!)));
            case "$size":
                return Needs(1, values => values[0] is BsonArray items
                    ? items.Count
                    : throw Errors.Location(17124, $"The argument to $size must be an array, but was of type: {TypeName(values[0])}"));
            case "$in":
                return Needs(2, values => values[1] is BsonArray items
                    ? (BsonBoolean)items.Any(item => Compare(item, values[0]) == 0)
                    : throw Errors.Location(40081, $"$in requires an array as a second argument, found: {TypeName(values[1])}"));
            case "$arrayElemAt":
                return Needs(2, values => values[0] is null or BsonNull
                    ? BsonNull.Value
                    : values[0] is BsonArray items
                        ? Item(items, Number(name, values[1] ?? BsonNull.Value).ToInt32())
                        : throw Errors.Location(28689, $"$arrayElemAt's first argument must be an array, but is {TypeName(values[0])}"));
            case "$concat":
                return document =>
                {
                    var texts = Array.ConvertAll(arguments, a => a(document));
                    return Array.Exists(texts, t => t is null or BsonNull)
                        ? BsonNull.Value
                        : string.Concat(texts.Select(t => t is BsonString s
                            ? s.Value
                            : throw Errors.Location(16702, $"$concat only supports strings, not {TypeName(t)}")));
                };
            default:
                throw new CommandException(168, "InvalidPipelineOperator", $"Unrecognized expression '{name}'");
        }
    }

    private static BsonValue? Item(BsonArray items, int at)
    {
        at = at < 0 ? at + items.Count : at;
        return at >= 0 && at < items.Count ? items[at] : null;
    }

    private static Func<BsonDocument, BsonValue?> Conditional(Func<BsonDocument, BsonValue?>[] parts) =>
        document => IsTrue(parts[0](document)) ? parts[1](document) : parts[2](document);

    private static BsonValue Number(string name, BsonValue value) => value.IsNumeric
        ? value
        : throw Errors.TypeMismatch($"{name} only supports numeric types, not {TypeName(value)}");

    private static int Compare(BsonValue? left, BsonValue? right) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => right is BsonMinKey ? 1 : -1,
        (_, null) => left is BsonMinKey ? -1 : 1,
        _ => ValueKey.Compare(left, right),
    };

    private static string TypeName(BsonValue? value) => value is null ? "missing" : Errors.TypeName(value);
}
