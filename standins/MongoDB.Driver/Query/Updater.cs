#nullable enable
using System.Globalization;
using MongoDB.Bson;
using MongoDB.Bson.Storage;
using MongoDB.Driver.Storage;

namespace MongoDB.Driver.Query;

/// <summary>Carries out update operators on a document, with MongoDB's faults.</summary>
internal sealed class Updater
{
    // As many items as an index past an array's end may make a server fill in.
    private const int MostPadding = 1_500_000;

    private readonly List<Step> _steps = [];

    internal Updater(BsonDocument operators)
    {
        if (operators.ElementCount == 0)
        {
            throw new ArgumentException("Update document must have at least one update operator.", nameof(operators));
        }

        foreach (var (name, fields) in operators.Select(o => (o.Name, o.Value)))
        {
            if (name is "$bit" or "$setField")
            {
                throw new NotSupportedException($"The update operator {name} is not supported.");
            }

            if (!name.StartsWith('$'))
            {
                throw new ArgumentException($"Element name '{name}' is not valid: an update consists of operators.", nameof(operators));
            }

            if (fields is not BsonDocument document)
            {
                throw WriteFault.FailedToParse($"Modifiers operate on fields but we found type {fields.BsonType} instead for {name}.");
            }

            foreach (var field in document)
            {
                _steps.Add(new Step(name, field.Name, SplitPath(field.Name), field.Value));
                if (name == "$rename")
                {
                    var target = field.Value as BsonString ?? throw WriteFault.BadValue("The 'to' field for $rename must be a string");
                    _steps.Add(new Step("$renameTo", target.Value, SplitPath(target.Value), field.Value));
                }
                else if (!Known.Contains(name))
                {
                    throw WriteFault.FailedToParse($"Unknown modifier: {name}. Expected a valid update modifier or pipeline-style update");
                }
            }
        }

        // New fields come in the order of their names, whichever operators make them.
        _steps.Sort((a, b) => ComparePaths(a.Parts, b.Parts));
        for (var i = 1; i < _steps.Count; i++)
        {
            var (before, after) = (_steps[i - 1], _steps[i]);
            if (after.Parts.AsSpan().StartsWith(before.Parts))
            {
                throw new WriteFault(
                    40, "ConflictingUpdateOperators", $"Updating the path '{after.Path}' would create a conflict at '{before.Path}'");
            }
        }
    }

    private static HashSet<string> Known { get; } = new(StringComparer.Ordinal)
    {
        "$set", "$setOnInsert", "$unset", "$inc", "$mul", "$min", "$max", "$addToSet", "$push", "$pull", "$pullAll", "$pop", "$rename",
        "$currentDate",
    };

    /// <summary>Changes a document.</summary>
    /// <param name="document">The document, which becomes the new one.</param>
    /// <param name="inserting">Whether it is about to be inserted.</param>
    internal void Apply(BsonDocument document, bool inserting)
    {
        foreach (var step in _steps)
        {
            if (step.Operator == "$setOnInsert" && !inserting)
            {
                continue;
            }

            if (step.Operator == "$renameTo")
            {
                continue;
            }

            if (step.Operator == "$rename")
            {
                Rename(document, step);
                continue;
            }

            Apply(document, step);
        }
    }

    private static void Apply(BsonDocument document, Step step)
    {
        var creates = step.Operator is not ("$unset" or "$pull" or "$pullAll" or "$pop");
        if (Locate(document, step, creates) is not { } place)
        {
            CheckArgument(document, step);
            return;
        }

        var current = place.Value;
        switch (step.Operator)
        {
            case "$set" or "$setOnInsert":
                place.Set(step.Argument);
                break;
            case "$unset":
                if (current is not null)
                {
                    place.Remove();
                }

                break;
            case "$inc" or "$mul":
                place.Set(Calculate(document, step, current));
                break;
            case "$min":
                if (current is null || ValueKey.Compare(step.Argument, current) < 0)
                {
                    place.Set(step.Argument);
                }

                break;
            case "$max":
                if (current is null || ValueKey.Compare(step.Argument, current) > 0)
                {
                    place.Set(step.Argument);
                }

                break;
            case "$addToSet":
                place.Set(AddToSet(step, current));
                break;
            case "$push":
                place.Set(Push(document, step, current));
                break;
            case "$pull" or "$pullAll":
                if (current is not null)
                {
                    place.Set(Pull(step, current));
                }

                break;
            case "$pop":
                if (current is not null)
                {
                    place.Set(Pop(step, current));
                }

                break;
            case "$currentDate":
                place.Set(CurrentDate(step));
                break;
        }
    }

    // An argument is wrong whether or not the field is there.
    private static void CheckArgument(BsonDocument document, Step step)
    {
        if (step.Operator == "$pullAll" && step.Argument is not BsonArray)
        {
            throw WriteFault.BadValue("$pullAll requires an array argument but was given a " + step.Argument.BsonType);
        }

        _ = document;
    }

    private static BsonValue Calculate(BsonDocument document, Step step, BsonValue? current)
    {
        var verb = step.Operator == "$inc" ? "increment" : "multiply";
        if (!step.Argument.IsNumeric)
        {
            throw WriteFault.TypeMismatch($"Cannot {verb} with non-numeric argument: {new BsonDocument(step.Path, step.Argument)}");
        }

        if (current is null)
        {
            return step.Operator == "$inc" ? step.Argument : Multiply(step.Argument, new BsonInt32(0));
        }

        if (!current.IsNumeric)
        {
            throw WriteFault.TypeMismatch(
                $"Cannot apply {step.Operator} to a value of non-numeric type. {Identify(document)} has the field "
                + $"'{step.Parts[^1]}' of non-numeric type {TypeName(current)}");
        }

        try
        {
            return step.Operator == "$inc" ? Add(current, step.Argument) : Multiply(current, step.Argument);
        }
        catch (OverflowException)
        {
            throw WriteFault.BadValue($"Failed to apply {step.Operator} operations to current value ({current}) for document {Identify(document)}");
        }
    }

    private static BsonValue Add(BsonValue left, BsonValue right) => (left, right) switch
    {
        (BsonDecimal128, _) or (_, BsonDecimal128) => left.ToDecimal() + right.ToDecimal(),
        (BsonDouble, _) or (_, BsonDouble) => left.ToDouble() + right.ToDouble(),
        (BsonInt32 l, BsonInt32 r) => Narrow((long)l.Value + r.Value),
        _ => checked(left.ToInt64() + right.ToInt64()),
    };

    private static BsonValue Multiply(BsonValue left, BsonValue right) => (left, right) switch
    {
        (BsonDecimal128, _) or (_, BsonDecimal128) => left.ToDecimal() * right.ToDecimal(),
        (BsonDouble, _) or (_, BsonDouble) => left.ToDouble() * right.ToDouble(),
        (BsonInt32 l, BsonInt32 r) => Narrow((long)l.Value * r.Value),
        _ => checked(left.ToInt64() * right.ToInt64()),
    };

    private static BsonValue Narrow(long value) =>
        value is >= int.MinValue and <= int.MaxValue ? new BsonInt32((int)value) : new BsonInt64(value);

    private static BsonArray AddToSet(Step step, BsonValue? current)
    {
        var array = current switch
        {
            null => [],
            BsonArray a => new BsonArray(a.Values),
            _ => throw WriteFault.BadValue(
                $"Cannot apply $addToSet to non-array field. Field named '{step.Parts[^1]}' has non-array type {TypeName(current)}"),
        };
        IEnumerable<BsonValue> added = step.Argument is BsonDocument { ElementCount: > 0 } d && d.GetElement(0).Name == "$each"
            ? d["$each"] as BsonArray ?? throw WriteFault.TypeMismatch("The argument to $each in $addToSet must be an array")
            : [step.Argument];
        foreach (var value in added)
        {
            if (!array.Any(item => ValueKey.AreEqual(item, value)))
            {
                array.Add(value);
            }
        }

        return array;
    }

    private static BsonArray Push(BsonDocument document, Step step, BsonValue? current)
    {
        var items = current switch
        {
            null => [],
            BsonArray a => a.ToList(),
            _ => throw WriteFault.BadValue(
                $"The field '{step.Path}' must be an array but is of type {TypeName(current)} in document {Identify(document)}"),
        };
        if (step.Argument is not BsonDocument { ElementCount: > 0 } each || !each.Contains("$each"))
        {
            items.Add(step.Argument);
            return new BsonArray(items);
        }

        foreach (var name in each.Names)
        {
            if (name is not ("$each" or "$position" or "$slice" or "$sort"))
            {
                throw WriteFault.BadValue($"Unrecognized clause in $push: {name}");
            }
        }

        var added = each["$each"] as BsonArray ?? throw WriteFault.BadValue("The argument to $each in $push must be an array");
        var at = each.TryGetValue("$position", out var position) ? position.ToInt32() : items.Count;
        at = at < 0 ? Math.Max(0, items.Count + at) : Math.Min(at, items.Count);
        items.InsertRange(at, added);
        if (each.TryGetValue("$sort", out var sort))
        {
            Sort(items, sort);
        }

        if (each.TryGetValue("$slice", out var slice))
        {
            var kept = slice.ToInt32();
            if (Math.Abs((long)kept) < items.Count)
            {
                items = kept >= 0 ? items[..kept] : items[^-kept..];
            }
        }

        return new BsonArray(items);
    }

    private static void Sort(List<BsonValue> items, BsonValue sort)
    {
        List<BsonValue> sorted;
        if (sort is BsonDocument fields)
        {
            var order = new SortOrder(fields);
            sorted = [.. items.OrderBy(item => order.KeyOf(item as BsonDocument ?? []), order)];
        }
        else
        {
            sorted = [.. items.OrderBy(ValueKey.Encode, KeyOrder.Instance)];
            if (sort.ToInt32() < 0)
            {
                sorted.Reverse();
            }
        }

        items.Clear();
        items.AddRange(sorted);
    }

    private static BsonArray Pull(Step step, BsonValue current)
    {
        var array = current as BsonArray ?? throw WriteFault.BadValue($"Cannot apply {step.Operator} to a non-array value");
        if (step.Operator == "$pullAll")
        {
            var removed = step.Argument as BsonArray
                ?? throw WriteFault.BadValue("$pullAll requires an array argument but was given a " + step.Argument.BsonType);
            return new BsonArray(array.Where(item => !removed.Any(r => ValueKey.AreEqual(item, r))));
        }

        var test = Matcher.ItemTest(step.Argument);
        return new BsonArray(array.Where(item => !test(item)));
    }

    private static BsonArray Pop(Step step, BsonValue current)
    {
        var array = current as BsonArray
            ?? throw WriteFault.TypeMismatch($"Path '{step.Path}' contains an element of non-array type '{TypeName(current)}'");
        var left = array.ToList();
        if (left.Count > 0)
        {
            left.RemoveAt(step.Argument.ToInt32() < 0 ? 0 : left.Count - 1);
        }

        return new BsonArray(left);
    }

    private static BsonValue CurrentDate(Step step) => step.Argument switch
    {
        BsonBoolean { Value: true } => new BsonDateTime(DateTime.UtcNow),
        BsonDocument d when d.TryGetValue("$type", out var type) && type == "date" => new BsonDateTime(DateTime.UtcNow),
        BsonDocument d when d.TryGetValue("$type", out var type) && type == "timestamp" =>
            new BsonTimestamp((int)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 1),
        _ => throw WriteFault.BadValue($"{step.Argument} is not valid type for $currentDate."),
    };

    private static void Rename(BsonDocument document, Step step)
    {
        var target = new Step("$set", step.Argument.AsString, SplitPath(step.Argument.AsString), step.Argument);
        if (Locate(document, step with { Operator = "$unset" }, create: false) is not { Value: { } value } source)
        {
            return;
        }

        if (source.InArray)
        {
            throw WriteFault.BadValue($"The source field cannot be an array element, '{step.Path}' in doc with {Identify(document)}");
        }

        source.Remove();
        Locate(document, target, create: true)!.Value.Set(value);
    }

    /// <summary>The place that a path leads to; null when it is not there and is not to be made.</summary>
    private static Place? Locate(BsonDocument document, Step step, bool create)
    {
        BsonValue current = document;
        for (var i = 0; ; i++)
        {
            var (part, last) = (step.Parts[i], i == step.Parts.Length - 1);
            switch (current)
            {
                case BsonDocument inner:
                    if (last)
                    {
                        return new Place(inner, part, -1);
                    }

                    if (!inner.TryGetValue(part, out current))
                    {
                        if (!create)
                        {
                            return null;
                        }

                        inner.Add(part, current = new BsonDocument());
                    }

                    break;
                case BsonArray array when int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var position):
                    if (position >= array.Count && !create)
                    {
                        return null;
                    }

                    if (position - array.Count > MostPadding)
                    {
                        throw new WriteFault(2, "BadValue", $"can't backfill more than {MostPadding} elements");
                    }

                    if (last)
                    {
                        return new Place(array, part, position);
                    }

                    while (array.Count < position)
                    {
                        array.Add(BsonNull.Value);
                    }

                    if (position == array.Count)
                    {
                        array.Add(new BsonDocument());
                    }

                    current = array[position];
                    break;
                default:
                    if (!create)
                    {
                        return null;
                    }

                    throw new WriteFault(
                        28, "PathNotViable",
                        $"Cannot create field '{part}' in element {{{(i == 0 ? "" : step.Parts[i - 1])}: {current}}}");
            }
        }
    }

    private static string[] SplitPath(string path)
    {
        var parts = path.Split('.');
        foreach (var part in parts)
        {
            if (part.Length == 0)
            {
                throw new WriteFault(56, "EmptyFieldName", $"The update path '{path}' contains an empty field name, which is not allowed.");
            }

            if (part == "$" || part.StartsWith("$[", StringComparison.Ordinal))
            {
                throw new NotSupportedException($"The positional operator in '{path}' is not supported.");
            }

            if (part.StartsWith('$'))
            {
                throw new WriteFault(52, "DollarPrefixedFieldName", $"The dollar ($) prefixed field '{part}' in '{path}' is not valid for storage.");
            }
        }

        return parts;
    }

    private static int ComparePaths(string[] left, string[] right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var result = int.TryParse(left[i], NumberStyles.None, CultureInfo.InvariantCulture, out var l)
                && int.TryParse(right[i], NumberStyles.None, CultureInfo.InvariantCulture, out var r)
                ? l.CompareTo(r)
                : string.CompareOrdinal(left[i], right[i]);
            if (result != 0)
            {
                return result;
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    private static BsonDocument Identify(BsonDocument document) =>
        document.TryGetValue("_id", out var id) ? new BsonDocument("_id", id) : [];

    private static string TypeName(BsonValue value) => value.BsonType switch
    {
        BsonType.Document => "object",
        BsonType.Binary => "binData",
        BsonType.Boolean => "bool",
        BsonType.DateTime => "date",
        BsonType.Int32 => "int",
        BsonType.Int64 => "long",
        BsonType.Decimal128 => "decimal",
        BsonType.RegularExpression => "regex",
        BsonType.ObjectId => "objectId",
        var type => char.ToLowerInvariant(type.ToString()[0]) + type.ToString()[1..],
    };

    private sealed record Step(string Operator, string Path, string[] Parts, BsonValue Argument);

    private readonly struct Place(BsonValue owner, string name, int position)
    {
        internal bool InArray => owner is BsonArray;

        internal BsonValue? Value => owner switch
        {
            BsonDocument document => document.TryGetValue(name, out var value) ? value : null,
            BsonArray array => position < array.Count ? array[position] : null,
            _ => null,
        };

        internal void Set(BsonValue value)
        {
            switch (owner)
            {
                case BsonDocument document:
                    document.Set(name, value);
                    break;
                case BsonArray array:
                    while (array.Count < position)
                    {
                        array.Add(BsonNull.Value);
                    }

                    if (position == array.Count)
                    {
                        array.Add(value);
                    }
                    else
                    {
                        array[position] = value;
                    }

                    break;
            }
        }

        internal void Remove()
        {
            if (owner is BsonArray array)
            {
                array[position] = BsonNull.Value; // An array keeps its places.
            }
            else
            {
                ((BsonDocument)owner).Remove(name);
            }
        }
    }
}
