#nullable enable
using MongoDB.Bson;
using MongoDB.Driver.Storage;

namespace MongoDB.Driver.Query;

/// <summary>Leaves fields of a document out, or leaves all others out.</summary>
internal static class Projector
{
    internal static BsonDocument Apply(BsonDocument? projection, BsonDocument document)
    {
        if (projection is null || projection.ElementCount == 0)
        {
            return document;
        }

        bool? including = null;
        var withId = true;
        var tree = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var element in projection)
        {
            if (element.Value is not (BsonBoolean or { IsNumeric: true }))
            {
                throw new NotSupportedException($"The projection {element.Name}: {element.Value} is not supported.");
            }

            var included = element.Value.ToBoolean();
            if (element.Name == "_id")
            {
                withId = included;
                continue;
            }

            if (including is { } known && known != included)
            {
                throw new WriteFault(
                    known ? 31254 : 31253, known ? "Location31254" : "Location31253",
                    $"Cannot do {(included ? "inclusion" : "exclusion")} on field {element.Name} in {(known ? "inclusion" : "exclusion")} projection");
            }

            including = included;
            AddPath(tree, element.Name);
        }

        // {_id: 1} alone includes, {_id: 0} alone excludes.
        including ??= withId;
        if (withId == including)
        {
            tree["_id"] = null;
        }

        return Walk(document, tree, including.Value);
    }

    private static void AddPath(Dictionary<string, object?> tree, string path)
    {
        var parts = path.Split('.');
        for (var i = 0; i < parts.Length - 1; i++)
        {
            if (!tree.TryGetValue(parts[i], out var next))
            {
                tree[parts[i]] = next = new Dictionary<string, object?>(StringComparer.Ordinal);
            }

            tree = next as Dictionary<string, object?>
                ?? throw new WriteFault(31249, "Location31249", $"Path collision at {path}");
        }

        if (!tree.TryAdd(parts[^1], null))
        {
            throw new WriteFault(31250, "Location31250", $"Path collision at {path}");
        }
    }

    private static BsonDocument Walk(BsonDocument document, Dictionary<string, object?> tree, bool including)
    {
        var result = new BsonDocument();
        foreach (var element in document)
        {
            if (!tree.TryGetValue(element.Name, out var below))
            {
                if (!including)
                {
                    result.Append(element);
                }
            }
            else if (below is Dictionary<string, object?> inner)
            {
                if (Walk(element.Value, inner, including) is { } value)
                {
                    result.Append(new BsonElement(element.Name, value));
                }
            }
            else if (including)
            {
                result.Append(element);
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
