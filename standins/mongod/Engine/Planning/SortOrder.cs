using Mongod.Commands;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Engine.Planning;

/// <summary>The order of a sort such as <c>{a: 1, b: -1}</c>: of an array, the least item counts, or the greatest when descending.</summary>
internal sealed class SortOrder
{
    private readonly KeyGenerator _keys;

    private SortOrder((string Path, int Direction)[] fields) => _keys = new KeyGenerator(
        fields, (_, _) => Errors.BadValue("cannot sort with keys that are parallel arrays"));

    internal (string Path, int Direction)[] Fields => _keys.Fields;

    /// <summary>Whether it is the order in which documents were inserted, or its reverse.</summary>
    internal bool IsNatural => Fields is [("$natural", _)];

    internal static SortOrder? Parse(BsonDocument? sort)
    {
        if (sort is null || sort.ElementCount == 0)
        {
            return null;
        }

        var fields = sort.Select(e => (e.Name, Direction(e))).ToArray();
        foreach (var (path, _) in fields)
        {
            if (path == "$natural" && fields.Length == 1)
            {
                break;
            }

            if (path.Length == 0 || path.Split('.').Any(p => p.Length == 0))
            {
                throw Errors.Location(40352, "FieldPath field names may not be empty strings.");
            }

            if (path.StartsWith('$'))
            {
                throw Errors.Location(16410, "FieldPath field names may not start with '$'. Consider using $getField or $setField.");
            }
        }

        return fields.Length <= 32 ? new SortOrder(fields) : throw Errors.BadValue("too many compound keys");
    }

    internal byte[] KeyOf(BsonDocument document) => _keys.KeysOf(document, out _)[0];

    /// <summary>Sorts values that are no rows, such as the items of an array.</summary>
    internal IEnumerable<BsonDocument> Apply(IEnumerable<BsonDocument> documents) => documents.OrderBy(KeyOf, KeyOrder.Instance);

    private static int Direction(BsonElement element)
    {
        if (element.Value is BsonDocument expression)
        {
            throw expression.Contains("$meta")
                ? Errors.NotImplemented("Sorting by $meta is not supported")
                : Errors.Location(15974, "Illegal key in $sort specification: " + element);
        }

        return element.Value.IsNumeric
            ? element.Value.ToDouble() is 1 or -1
                ? element.Value.ToInt32()
                : throw Errors.Location(15975, "$sort key ordering must be 1 (for ascending) or -1 (for descending)")
            : throw Errors.Location(15974, $"Illegal key in $sort specification: {element.Name}: {element.Value}");
    }
}
