using System.Globalization;
using MongoDB.Bson;

namespace Mongod.Engine.Matching;

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

    internal static bool Exists(BsonDocument document, string[] path) =>
        path.Length == 1 ? document.Contains(path[0]) : Collect(document, path, expand: false).Exists(v => v is not null);

    /// <summary>The position in an array that a part of a path names.</summary>
    internal static bool IsPosition(string part, out int position) =>
        int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out position)
        && (part.Length == 1 || part[0] != '0');

    private static void Visit(BsonDocument document, string[] path, int i, bool expand, List<BsonValue?> found)
    {
        if (!document.TryGetValue(path[i], out var value))
        {
            found.Add(null);
            return;
        }

        if (i == path.Length - 1)
        {
            End(value, expand, found);
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
        var isPosition = IsPosition(path[i], out var position);
        var at = 0;
        foreach (var item in array)
        {
            if (item is BsonDocument inner && (!isPosition || inner.Contains(path[i])))
            {
                Visit(inner, path, i, expand, found);
            }

            if (isPosition && at++ == position)
            {
                if (i == path.Length - 1)
                {
                    End(item, expand, found);
                }
                else if (item is BsonDocument next)
                {
                    Visit(next, path, i + 1, expand, found);
                }
                else if (item is BsonArray nested)
                {
                    VisitArray(nested, path, i + 1, expand, found);
                }
            }
        }
    }

    private static void End(BsonValue value, bool expand, List<BsonValue?> found)
    {
        if (expand && value is BsonArray items)
        {
            found.AddRange(items);
        }

        found.Add(value);
    }
}
