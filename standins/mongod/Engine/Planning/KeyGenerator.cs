using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Engine.Planning;

/// <summary>
/// The keys that a document has in an index, or under a sort: the keys of the fields joined, those of descending fields with every bit
/// turned round, so that keys always compare byte by byte. An array gives a key for each item.
/// </summary>
internal sealed class KeyGenerator
{
    private readonly string[][] _paths;
    private readonly Func<string, string, Exception> _parallel;

    /// <param name="fields">The fields, with 1 for ascending and -1 for descending.</param>
    /// <param name="parallel">Makes the error for two arrays side by side, of which each item of one would meet each of the other.</param>
    internal KeyGenerator((string Path, int Direction)[] fields, Func<string, string, Exception> parallel)
    {
        (Fields, _parallel) = (fields, parallel);
        _paths = [.. fields.Select(f => f.Path.Split('.'))];
    }

    internal (string Path, int Direction)[] Fields { get; }

    /// <param name="document">The document.</param>
    /// <param name="multikey">A bit for each field that was reached through an array.</param>
    internal List<byte[]> KeysOf(BsonDocument document, out ulong multikey)
    {
        multikey = 0;
        var places = new Place[_paths.Length];
        Array.Fill(places, new Place(document, 0, null));
        var keys = new List<byte[]>(1);
        Generate(places, keys, ref multikey);
        if (keys.Count > 1)
        {
            keys.Sort(KeyOrder.Instance);
            keys = [.. keys.Distinct(KeyOrder.Instance)];
        }

        return keys;
    }

    /// <summary>Whether any of the fields is in the document.</summary>
    internal bool AnyPresent(BsonDocument document) => _paths.Any(p => Matching.PathValues.Exists(document, p));

    /// <summary>The key of one field's value.</summary>
    internal static byte[] Turn(byte[] key, int direction) => direction > 0 ? key : [.. key.Select(b => (byte)~b)];

    private void Generate(Place[] places, List<byte[]> keys, ref ulong multikey)
    {
        BsonArray? array = null;
        var first = -1;
        Span<bool> pending = stackalloc bool[places.Length];
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i].Key != null)
            {
                continue;
            }

            if (Walk(ref places[i], _paths[i], i) is not { } found)
            {
                continue;
            }

            multikey |= 1UL << i;
            pending[i] = true;
            if (array == null)
            {
                (array, first) = (found, i);
            }
            else if (places[i].At != places[first].At || !_paths[i].AsSpan(0, places[i].At).SequenceEqual(_paths[first].AsSpan(0, places[i].At)))
            {
                throw _parallel(string.Join('.', _paths[i][..places[i].At]), string.Join('.', _paths[first][..places[first].At]));
            }
        }

        if (array == null)
        {
            keys.Add(places.Length == 1 ? places[0].Key! : Join(places));
            return;
        }

        var any = false;
        foreach (var item in array)
        {
            any = true;
            Next(places, pending, item, keys, ref multikey);
        }

        if (!any)
        {
            Next(places, pending, null, keys, ref multikey);
        }
    }

    private void Next(Place[] places, ReadOnlySpan<bool> pending, BsonValue? item, List<byte[]> keys, ref ulong multikey)
    {
        var next = (Place[])places.Clone();
        for (var i = 0; i < next.Length; i++)
        {
            if (pending[i])
            {
                var isLast = next[i].At == _paths[i].Length;
                next[i] = isLast
                    ? new Place(null, 0, Turn(item is null ? ValueKey.OfEmptyArray : ValueKey.Encode(item), Fields[i].Direction))
                    : item is BsonDocument document
                        ? new Place(document, next[i].At, null)
                        : new Place(null, 0, Turn(ValueKey.OfNull, Fields[i].Direction));
            }
        }

        Generate(next, keys, ref multikey);
    }

    /// <summary>Follows a path until its value, whose key the place then holds, or until an array, which is returned.</summary>
    private BsonArray? Walk(ref Place place, string[] path, int field)
    {
        var document = place.Document!;
        for (var at = place.At; at < path.Length; at++)
        {
            if (!document.TryGetValue(path[at], out var value))
            {
                break;
            }

            if (value is BsonArray array)
            {
                place = new Place(null, at + 1, null);
                return array;
            }

            if (at == path.Length - 1)
            {
                place = new Place(null, 0, Turn(ValueKey.Encode(value), Fields[field].Direction));
                return null;
            }

            if (value is not BsonDocument inner)
            {
                break;
            }

            document = inner;
        }

        place = new Place(null, 0, Turn(ValueKey.OfNull, Fields[field].Direction));
        return null;
    }

    private static byte[] Join(Place[] places)
    {
        var joined = new byte[places.Sum(p => p.Key!.Length)];
        var at = 0;
        foreach (var place in places)
        {
            place.Key!.CopyTo(joined, at);
            at += place.Key.Length;
        }

        return joined;
    }

    /// <summary>Where the walk along a field's path is: at a part of it within a document, or at its key.</summary>
    private readonly record struct Place(BsonDocument? Document, int At, byte[]? Key);
}
