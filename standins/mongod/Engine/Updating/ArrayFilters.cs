using Mongod.Commands;
using Mongod.Engine.Matching;
using MongoDB.Bson;

namespace Mongod.Engine.Updating;

/// <summary>Which items of arrays the parts <c>$</c>, <c>$[]</c> and <c>$[name]</c> of an update's paths mean.</summary>
internal sealed class ArrayFilters
{
    private readonly Dictionary<string, Predicate<BsonValue>> _tests = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    internal ArrayFilters(BsonArray? filters)
    {
        foreach (var item in filters ?? [])
        {
            var filter = item as BsonDocument ?? throw Errors.TypeMismatch("Each array filter must be an object");
            var name = NameOf(filter) ?? throw Errors.FailedToParse("Cannot use an expression without a top-level field name in arrayFilters");
            if (!_tests.TryAdd(name, TestOf(name, filter)))
            {
                throw Errors.FailedToParse($"Found multiple array filters with the same top-level field name {name}");
            }
        }
    }

    /// <summary>Checks that a part of a path has its filter.</summary>
    internal void Use(string part)
    {
        if (part.StartsWith("$[", StringComparison.Ordinal) && part != "$[]")
        {
            var name = part.EndsWith(']') ? part[2..^1] : "";
            if (!_tests.ContainsKey(name))
            {
                throw Errors.BadValue($"No array filter found for identifier '{name}'");
            }

            _used.Add(name);
        }
    }

    internal void CheckAllUsed()
    {
        if (_tests.Keys.FirstOrDefault(name => !_used.Contains(name)) is { } unused)
        {
            throw Errors.FailedToParse($"The array filter for identifier '{unused}' was not used in the update");
        }
    }

    /// <summary>The paths that a path means in a document, with positions in place of the parts that begin with <c>$</c>.</summary>
    internal IEnumerable<string[]> Expand(BsonDocument document, string[] parts, string path, Func<string, int?> matched)
    {
        var at = Array.FindIndex(parts, p => p.StartsWith('$'));
        if (at < 0)
        {
            return [parts];
        }

        var array = string.Join('.', parts[..at]);
        if (parts[at] == "$")
        {
            var position = matched(array) ?? throw Errors.BadValue(
                "The positional operator did not find the match needed from the query.");
            return Expand(document, [.. parts[..at], position.ToString(), .. parts[(at + 1)..]], path, matched);
        }

        var current = (BsonValue?)document;
        foreach (var part in parts[..at])
        {
            current = current switch
            {
                BsonDocument inner => inner.GetValue(part, null),
                BsonArray items when PathValues.IsPosition(part, out var position) && position < items.Count => items[position],
                _ => null,
            };
        }

        if (current is not BsonArray found)
        {
            throw Errors.BadValue(current is null
                ? $"The path '{array}' must exist in the document in order to apply array updates."
                : $"Cannot apply array updates to non-array element {parts[Math.Max(0, at - 1)]}: {current}");
        }

        var test = parts[at] == "$[]" ? _ => true : _tests[parts[at][2..^1]];
        return Enumerable.Range(0, found.Count).Where(i => test(found[i])).ToArray()
            .SelectMany(i => Expand(document, [.. parts[..at], i.ToString(), .. parts[(at + 1)..]], path, matched));
    }

    private static string? NameOf(BsonDocument filter)
    {
        foreach (var element in filter)
        {
            if (!element.Name.StartsWith('$'))
            {
                return element.Name.Split('.')[0];
            }

            if (element.Value is BsonArray branches && branches.OfType<BsonDocument>().Select(NameOf).FirstOrDefault(n => n != null) is { } name)
            {
                return name;
            }
        }

        return null;
    }

    private static Predicate<BsonValue> TestOf(string name, BsonDocument filter)
    {
        var matcher = new Matcher(filter);
        return item => matcher.Matches(new BsonDocument(name, item));
    }
}
