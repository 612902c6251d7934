using Mongod.Commands;
using Mongod.Engine.Aggregating;
using Mongod.Engine.Matching;
using Mongod.Engine.Planning;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Engine.Updating;

/// <summary>Carries out update operators on a document, with MongoDB's errors.</summary>
internal sealed class Updater
{
    // As many items as an index past an array's end may make a server fill in.
    private const int MostPadding = 1_500_000;

    private readonly List<Step> _steps = [];
    private readonly ArrayFilters _filters;
    private readonly TimeProvider _time;

    internal Updater(BsonDocument operators, ArrayFilters filters, TimeProvider time)
    {
        (_filters, _time) = (filters, time);
        foreach (var (name, fields) in operators.Select(o => (o.Name, o.Value)))
        {
            if (!Known.Contains(name))
            {
                throw Errors.FailedToParse(
                    $"Unknown modifier: {name}. Expected a valid update modifier or pipeline-style update specified as an array");
            }

            if (fields is not BsonDocument document)
            {
                throw Errors.FailedToParse(
                    $"Modifiers operate on fields but we found type {Errors.TypeName(fields)} instead. For example: {{$mod: {{<field>: ...}}}} not {{{name}: {fields}}}");
            }

            foreach (var field in document)
            {
                Arguments.Check(name, field);
                _steps.Add(new Step(name, field.Name, SplitPath(field.Name), field.Value));
                if (name == "$rename")
                {
                    var target = SplitPath(field.Value.AsString);
                    if (Array.Exists(target, p => p.StartsWith('$')) || field.Name.Contains(".$", StringComparison.Ordinal))
                    {
                        throw Errors.BadValue("The source and the destination field for $rename may not be dynamic");
                    }

                    _steps.Add(new Step("$renameTo", field.Value.AsString, target, field.Value));
                }
            }
        }

        foreach (var part in _steps.SelectMany(s => s.Parts))
        {
            filters.Use(part);
        }

        filters.CheckAllUsed();

        // New fields come in the order of their names, whichever operators make them.
        _steps.Sort((a, b) => ComparePaths(a.Parts, b.Parts));
        for (var i = 1; i < _steps.Count; i++)
        {
            var (before, after) = (_steps[i - 1], _steps[i]);
            if (after.Parts.AsSpan().StartsWith(before.Parts))
            {
                throw new CommandException(
                    40, "ConflictingUpdateOperators", $"Updating the path '{after.Path}' would create a conflict at '{before.Path}'");
            }
        }
    }

    private static HashSet<string> Known { get; } = new(StringComparer.Ordinal)
    {
        "$set", "$setOnInsert", "$unset", "$inc", "$mul", "$min", "$max", "$addToSet", "$push", "$pull", "$pullAll", "$pop", "$rename",
        "$currentDate", "$bit",
    };

    /// <summary>Changes a document.</summary>
    /// <param name="document">The document, which becomes the new one.</param>
    /// <param name="inserting">Whether it is about to be inserted.</param>
    /// <param name="matched">Finds the position in an array at a path that the filter matched; null when it matched none.</param>
    internal void Apply(BsonDocument document, bool inserting, Func<string, int?> matched)
    {
        foreach (var step in _steps)
        {
            if (step.Operator == "$renameTo" || (step.Operator == "$setOnInsert" && !inserting))
            {
                continue;
            }

            if (step.Operator == "$rename")
            {
                Rename(document, step);
                continue;
            }

            foreach (var parts in _filters.Expand(document, step.Parts, step.Path, matched))
            {
                Apply(document, ReferenceEquals(parts, step.Parts) ? step : step with { Parts = parts });
            }
        }
    }

    private void Apply(BsonDocument document, Step step)
    {
        var creates = step.Operator is not ("$unset" or "$pull" or "$pullAll" or "$pop");
        if (Locate(document, step, creates) is not { } place)
        {
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
                var now = _time.GetUtcNow();
                place.Set(step.Argument is BsonDocument type && type["$type"] == "timestamp"
                    ? new BsonTimestamp((int)now.ToUnixTimeSeconds(), 1)
                    : new BsonDateTime(now.ToUnixTimeMilliseconds()));
                break;
            case "$bit":
                place.Set(Bit(step, current));
                break;
        }
    }

    private static BsonValue Calculate(BsonDocument document, Step step, BsonValue? current)
    {
        if (current is null)
        {
            return step.Operator == "$inc" ? step.Argument : Expression.Multiply(step.Argument, BsonInt32.Create(0));
        }

        if (!current.IsNumeric)
        {
            throw Errors.TypeMismatch(
                $"Cannot apply {step.Operator} to a value of non-numeric type. {Identify(document)} has the field "
                + $"'{step.Parts[^1]}' of non-numeric type {Errors.TypeName(current)}");
        }

        var result = step.Operator == "$inc" ? Expression.Add(current, step.Argument) : Expression.Multiply(current, step.Argument);
        return result is BsonDouble && current is not BsonDouble && step.Argument is not BsonDouble
            ? throw Errors.BadValue($"Failed to apply {step.Operator} operations to current value ({current}) for document {Identify(document)}")
            : result;
    }

    private static BsonValue Bit(Step step, BsonValue? current)
    {
        if (current is not (null or BsonInt32 or BsonInt64))
        {
            throw Errors.BadValue(
                $"Cannot apply $bit to a value of non-integral type. The field '{step.Parts[^1]}' is of type {Errors.TypeName(current)}");
        }

        var result = current?.ToInt64() ?? 0;
        var isLong = current is BsonInt64;
        foreach (var (name, operand) in step.Argument.AsBsonDocument.Select(e => (e.Name, e.Value)))
        {
            isLong |= operand is BsonInt64;
            result = name switch
            {
                "and" => result & operand.ToInt64(),
                "or" => result | operand.ToInt64(),
                _ => result ^ operand.ToInt64(),
            };
        }

        return isLong ? result : (int)result;
    }

    private static BsonArray AddToSet(Step step, BsonValue? current)
    {
        var array = current switch
        {
            null => [],
            BsonArray a => new BsonArray(a.Values),
            _ => throw Errors.BadValue(
                $"Cannot apply $addToSet to non-array field. Field named '{step.Parts[^1]}' has non-array type {Errors.TypeName(current)}"),
        };
        IEnumerable<BsonValue> added = step.Argument is BsonDocument { ElementCount: > 0 } d && d.GetElement(0).Name == "$each"
            ? d["$each"].AsBsonArray
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
            _ => throw Errors.BadValue(
                $"The field '{step.Path}' must be an array but is of type {Errors.TypeName(current)} in document {Identify(document)}"),
        };
        if (step.Argument is not BsonDocument { ElementCount: > 0 } each || !each.Contains("$each"))
        {
            items.Add(step.Argument);
            return new BsonArray(items);
        }

        var added = each["$each"].AsBsonArray;
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
            var order = SortOrder.Parse(fields)!;
            sorted = [.. items.OrderBy(item => order.KeyOf(item as BsonDocument ?? []), KeyOrder.Instance)];
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
        var array = current as BsonArray ?? throw Errors.BadValue($"Cannot apply {step.Operator} to a non-array value");
        if (step.Operator == "$pullAll")
        {
            var removed = step.Argument.AsBsonArray;
            return new BsonArray(array.Where(item => !removed.Any(r => ValueKey.AreEqual(item, r))));
        }

        var test = Matcher.ItemTest(step.Argument);
        return new BsonArray(array.Where(item => !test(item)));
    }

    private static BsonArray Pop(Step step, BsonValue current)
    {
        var array = current as BsonArray
            ?? throw Errors.TypeMismatch($"Path '{step.Path}' contains an element of non-array type '{Errors.TypeName(current)}'");
        var left = array.ToList();
        if (left.Count > 0)
        {
            left.RemoveAt(step.Argument.ToInt32() < 0 ? 0 : left.Count - 1);
        }

        return new BsonArray(left);
    }

    private static void Rename(BsonDocument document, Step step)
    {
        var target = new Step("$set", step.Argument.AsString, SplitPath(step.Argument.AsString), step.Argument);
        if (Locate(document, step with { Operator = "$unset" }, create: false) is not { Value: { } value } source)
        {
            return;
        }

        if (source.InArray)
        {
            throw Errors.BadValue($"The source field cannot be an array element, '{step.Path}' in doc with {Identify(document)}");
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
                case BsonArray array when PathValues.IsPosition(part, out var position):
                    if (position >= array.Count && !create)
                    {
                        return null;
                    }

                    if (position - array.Count > MostPadding)
                    {
                        throw new CommandException(2, "BadValue", $"can't backfill more than {MostPadding} elements");
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

                    throw new CommandException(
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
                throw new CommandException(56, "EmptyFieldName", $"The update path '{path}' contains an empty field name, which is not allowed.");
            }

            if (part.StartsWith('$') && part != "$" && !part.StartsWith("$[", StringComparison.Ordinal))
            {
                throw new CommandException(52, "DollarPrefixedFieldName", $"The dollar ($) prefixed field '{part}' in '{path}' is not valid for storage.");
            }
        }

        return parts;
    }

    private static int ComparePaths(string[] left, string[] right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var result = PathValues.IsPosition(left[i], out var l) && PathValues.IsPosition(right[i], out var r)
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
