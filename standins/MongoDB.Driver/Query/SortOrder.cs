#nullable enable
using MongoDB.Bson;
using MongoDB.Driver.Storage;

namespace MongoDB.Driver.Query;

/// <summary>The order of a sort such as <c>{a: 1, b: -1}</c>: of an array, the least item counts, or the greatest when descending.</summary>
internal sealed class SortOrder : IComparer<byte[][]>
{
    private readonly string[][] _paths;

    internal SortOrder(BsonDocument sort)
    {
        Fields = [.. sort.Select(e => (e.Name, Direction(e)))];
        _paths = [.. Fields.Select(f => f.Path.Split('.'))];
    }

    internal (string Path, int Direction)[] Fields { get; }

    internal byte[][] KeyOf(BsonDocument document)
    {
        var key = new byte[_paths.Length][];
        for (var i = 0; i < key.Length; i++)
        {
            var keys = PathValues.Keys(document, _paths[i], out _);
            key[i] = Fields[i].Direction > 0 ? keys[0] : keys[^1];
        }

        return key;
    }

    public int Compare(byte[][]? x, byte[][]? y)
    {
        for (var i = 0; i < Fields.Length; i++)
        {
            var result = x![i].AsSpan().SequenceCompareTo(y![i]);
            if (result != 0)
            {
                return Fields[i].Direction > 0 ? result : -result;
            }
        }

        return 0;
    }

    private static int Direction(BsonElement element) => element.Value switch
    {
        { IsNumeric: true } when element.Value.ToDouble() is 1 or -1 => element.Value.ToInt32(),
        BsonDocument => throw new NotSupportedException($"A sort by {element.Value} is not supported."),
        _ => throw WriteFault.BadValue($"Illegal key in $sort specification: {element.Name}: {element.Value}"),
    };
}
