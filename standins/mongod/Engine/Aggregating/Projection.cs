using Mongod.Commands;
using Mongod.Engine.Matching;
using MongoDB.Bson;

namespace Mongod.Engine.Aggregating;

/// <summary>Leaves fields of a document out, or leaves all others out, and adds calculated ones.</summary>
internal sealed class Projection
{
    private readonly Dictionary<string, object?> _tree = new(StringComparer.Ordinal);
    private readonly List<(string[] Path, Func<BsonDocument, BsonValue?> Value)> _computed = [];
    private readonly List<(string[] Path, Func<BsonArray, BsonArray?> Part)> _parts = [];
    private readonly bool _isFind;
    private bool? _including;

    /// <param name="specification">The fields.</param>
    /// <param name="isFind">Whether it belongs to a find, which knows $slice and $elemMatch, or to the stage $project.</param>
    internal Projection(BsonDocument specification, bool isFind)
    {
        _isFind = isFind;
        bool? withId = null;
        AddFields("", specification, ref withId);

        // {_id: 1} alone includes, {_id: 0} alone excludes; calculated fields alone include.
        _including ??= withId ?? _computed.Count > 0;
        if (withId == false ? _including == false : _including == true && withId != false)
        {
            _tree.TryAdd("_id", null);
        }
    }

    internal static Projection? Parse(BsonDocument? specification, bool isFind) =>
        specification is null || specification.ElementCount == 0 ? null : new Projection(specification, isFind);

    internal BsonDocument Apply(BsonDocument document)
    {
        var result = Walk(document, _tree, _including!.Value);
        foreach (var (path, part) in _parts)
        {
            ApplyPart(document, result, path, 0, part);
        }

        foreach (var (path, value) in _computed)
        {
            if (value(document) is { } found)
            {
                Set(result, path, 0, found);
            }
        }

        return result;
    }

    private void AddFields(string prefix, BsonDocument specification, ref bool? withId)
    {
        foreach (var element in specification)
        {
            var path = prefix + element.Name;
            if (path.Split('.').Any(p => p.Length == 0))
            {
                throw Errors.Location(40352, "FieldPath field names may not be empty strings.");
            }

            if (path.EndsWith(".$", StringComparison.Ordinal))
            {
                throw Errors.NotImplemented($"The positional projection '{path}' is not supported");
            }

            if (path.StartsWith('$') || path.Contains(".$", StringComparison.Ordinal))
            {
                throw Errors.Location(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.");
            }

            switch (element.Value)
            {
                case BsonBoolean or { IsNumeric: true }:
                    AddInclusion(path, Expression.IsTrue(element.Value), ref withId);
                    break;
                case BsonDocument { ElementCount: 0 }:
                    throw Errors.Location(51270, "An empty sub-projection is not a valid value. Found empty object at path");
                case BsonDocument operation when operation.GetElement(0).Name is "$slice" or "$elemMatch" && _isFind:
                    AddPart(path, operation.GetElement(0));
                    break;
                case BsonDocument nested when !nested.GetElement(0).Name.StartsWith('$'):
                    AddFields(path + ".", nested, ref withId);
                    break;
                default:
                    Include(path, including: true);
                    AddPath(path);
                    _computed.Add((path.Split('.'), Expression.Parse(element.Value)));
                    RemovePath(path);
                    break;
            }
        }
    }

    private void AddInclusion(string path, bool included, ref bool? withId)
    {
        if (path == "_id")
        {
            withId = included;
            return;
        }

        Include(path, included);
        AddPath(path);
    }

    private void Include(string path, bool including)
    {
        if (_including is { } known && known != including)
        {
            throw Errors.Location(
                known ? 31254 : 31253,
                $"Cannot do {(including ? "inclusion" : "exclusion")} on field {path} in {(known ? "inclusion" : "exclusion")} projection");
        }

        _including = including;
    }

    private void AddPart(string path, BsonElement operation)
    {
        if (operation.Name == "$elemMatch")
        {
            if (path.Contains('.', StringComparison.Ordinal))
            {
                throw Errors.Location(31275, $"Cannot use $elemMatch projection on a nested field");
            }

            var test = Matcher.ItemTest(operation.Value as BsonDocument
                ?? throw Errors.Location(31274, "elemMatch: Invalid argument, object required, but got " + Errors.TypeName(operation.Value)));
            Include(path, including: true);
            _parts.Add((path.Split('.'), array => array.FirstOrDefault(item => test(item)) is { } found ? [found] : null));
            return;
        }

        var (skip, limit) = operation.Value switch
        {
            BsonArray { Count: 2 } pair when pair[0].IsNumeric && pair[1].IsNumeric => (pair[0].ToInt32(), pair[1].ToInt32()),
            { IsNumeric: true } n when n.ToInt32() >= 0 => (0, n.ToInt32()),
            { IsNumeric: true } n => (n.ToInt32(), int.MaxValue),
            _ => throw Errors.Location(28667, $"Invalid $slice syntax. The given syntax {operation} did not match the find() syntax"),
        };
        if (limit <= 0 && operation.Value is BsonArray)
        {
            throw Errors.Location(28724, $"First argument to $slice must be an array, but is of type: int");
        }

        if (_including == true)
        {
            AddPath(path);
        }

        _parts.Add((path.Split('.'), array => new BsonArray(array.Skip(skip < 0 ? Math.Max(0, array.Count + skip) : skip).Take(limit))));
    }

    private void AddPath(string path)
    {
        var tree = _tree;
        var parts = path.Split('.');
        for (var i = 0; i < parts.Length - 1; i++)
        {
            if (!tree.TryGetValue(parts[i], out var next))
            {
                tree[parts[i]] = next = new Dictionary<string, object?>(StringComparer.Ordinal);
            }

            tree = next as Dictionary<string, object?> ?? throw Errors.Location(31249, $"Path collision at {path}");
        }

        if (!tree.TryAdd(parts[^1], null))
        {
            throw Errors.Location(31250, $"Path collision at {path}");
        }
    }

    // A calculated field takes no value from the document, but its path counts when paths collide.
    private void RemovePath(string path)
    {
        var parts = path.Split('.');
        var tree = _tree;
        foreach (var part in parts[..^1])
        {
            tree = (Dictionary<string, object?>)tree[part]!;
        }

        tree.Remove(parts[^1]);
    }

    private static void ApplyPart(BsonDocument source, BsonDocument result, string[] path, int at, Func<BsonArray, BsonArray?> part)
    {
        if (!source.TryGetValue(path[at], out var value))
        {
            return;
        }

        if (at < path.Length - 1)
        {
            if (value is BsonDocument inner && result.TryGetValue(path[at], out var copy) && copy is BsonDocument changed)
            {
                changed = new BsonDocument(changed);
                ApplyPart(inner, changed, path, at + 1, part);
                result[path[at]] = changed;
            }

            return;
        }

        if (value is BsonArray array)
        {
            if (part(array) is { } kept)
            {
                result[path[at]] = kept;
            }
            else
            {
                result.Remove(path[at]);
            }
        }
    }

    private static void Set(BsonDocument document, string[] path, int at, BsonValue value)
    {
        if (at == path.Length - 1)
        {
            document[path[at]] = value;
            return;
        }

        if (document.TryGetValue(path[at], out var inner) && inner is BsonArray array)
        {
            foreach (var item in array.OfType<BsonDocument>())
            {
                Set(item, path, at + 1, value);
            }

            return;
        }

        if (inner is not BsonDocument next)
        {
            document[path[at]] = next = [];
        }

        Set(next, path, at + 1, value);
    }

    private static BsonDocument Walk(BsonDocument document, Dictionary<string, object?> tree, bool including)
    {
        var result = new BsonDocument(allowDuplicateNames: true);
        foreach (var element in document)
        {
            if (!tree.TryGetValue(element.Name, out var below))
            {
                if (!including)
                {
                    result.Add(element);
                }
            }
            else if (below is Dictionary<string, object?> inner)
            {
                if (Walk(element.Value, inner, including) is { } value)
                {
                    result.Add(new BsonElement(element.Name, value));
                }
            }
            else if (including)
            {
                result.Add(element);
            }
        }

        return result;
    }

    private static BsonValue? Walk(BsonValue value, Dictionary<string, object?> tree, bool including) => value switch
    {
        BsonDocument document => Walk(document, tree, including),
        BsonArray array => new BsonArray(array.Select(item => Walk(item, tree, including)).OfType<BsonValue>()),
        _ => including ? null : value,
    };
}
