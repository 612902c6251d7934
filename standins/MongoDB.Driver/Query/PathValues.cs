#nullable enable
using System.Globalization;
using MongoDB.Bson;
using MongoDB.Bson.Storage;

namespace MongoDB.Driver.Query;

/// <summary>
/// What a dotted path finds in a document, as MongoDB's matcher sees it: a path goes through the documents of an array one by one, a
/// number may name an array's position, and at the end an array stands for its items and then for itself. Null means missing.
/// </summary>
internal static class PathValues
{
    /// <summary>The path to an item that stands alone under no name: an array there is one value, not its items.</summary>
    internal static readonly string[] Item = [""];

    /// <param name="document">The document.</param>
    /// <param name="path">The parts of the path.</param>
    /// <param name="expand">Whether an array at the end stands for its items too.</param>
    internal static List<BsonValue?> Collect(BsonDocument document, string[] path, bool expand)
    {
        var found = new List<BsonValue?>(1);
        Visit(document, path, 0, expand && !ReferenceEquals(path, Item), found);
        return found;
    }

    /// <summary>The keys that an index or a sort has for a path: array items instead of arrays, each key once.</summary>
    /// <param name="document">The document.</param>
    /// <param name="path">The parts of the path.</param>
    /// <param name="array">The path's part at which an array made several keys possible, or -1.</param>
    internal static List<byte[]> Keys(BsonDocument document, string[] path, out int array)
    {
        array = FirstArray(document, path);
        var values = Collect(document, path, expand: false);
        if (array < 0)
        {
            return [values is [{ } only] ? ValueKey.Encode(only) : ValueKey.OfNull];
        }

        var keys = new SortedSet<byte[]>(KeyOrder.Instance);
        foreach (var value in values)
        {
            if (value is BsonArray items)
            {
                if (items.Count == 0)
                {
                    keys.Add(EmptyArray);
                }

                foreach (var item in items)
                {
                    keys.Add(ValueKey.Encode(item));
                }
            }
            else
            {
                keys.Add(value is null ? ValueKey.OfNull : ValueKey.Encode(value));
            }
        }

        if (keys.Count == 0)
        {
            keys.Add(ValueKey.OfNull);
        }

        return [.. keys];
    }

    // Where MongoDB has "undefined": between MinKey and null.
    private static readonly byte[] EmptyArray = [ValueKey.MinKey + 5];

    private static int FirstArray(BsonDocument document, string[] path)
    {
        BsonValue current = document;
        for (var i = 0; i < path.Length; i++)
        {
            if (current is not BsonDocument inner || !inner.TryGetValue(path[i], out current))
            {
                return -1;
            }

            if (current is BsonArray)
            {
                return i;
            }
        }

        return -1;
    }

    private static void Visit(BsonDocument document, string[] path, int i, bool expand, List<BsonValue?> found)
    {
        if (!document.TryGetValue(path[i], out var value))
        {
            found.Add(null);
            return;
        }

        if (i == path.Length - 1)
        {
            if (expand && value is BsonArray items)
            {
                found.AddRange(items);
            }

            found.Add(value);
            return;
        }

        switch (value)
        {
            case BsonDocument inner:
                Visit(inner, path, i + 1, expand, found);
                break;
            case BsonArray array:
                VisitArray(array, path, i + 1, expand, found);
                break;
            default:
                found.Add(null);
                break;
        }
    }

    private static void VisitArray(BsonArray array, string[] path, int i, bool expand, List<BsonValue?> found)
    {
        foreach (var item in array)
        {
            if (item is BsonDocument inner)
            {
                Visit(inner, path, i, expand, found);
            }
        }

        if (int.TryParse(path[i], NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position < array.Count)
        {
            var item = array[position];
            if (i == path.Length - 1)
            {
                found.Add(item);
            }
            else if (item is BsonDocument inner)
            {
                Visit(inner, path, i + 1, expand, found);
            }
            else if (item is BsonArray nested)
            {
                VisitArray(nested, path, i + 1, expand, found);
            }
        }
    }
}

internal sealed class KeyOrder : IComparer<byte[]>, IEqualityComparer<byte[]>
{
    internal static readonly KeyOrder Instance = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj)
    {
        var hash = default(HashCode);
        hash.AddBytes(obj);
        return hash.ToHashCode();
    }
}
