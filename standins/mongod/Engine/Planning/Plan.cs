using Mongod.Commands;
using Mongod.Engine.Matching;
using Mongod.Engine.Storing;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Engine.Planning;

/// <summary>Keys from <paramref name="Low"/> on, up to but without <paramref name="High"/>.</summary>
internal readonly record struct KeyRange(byte[] Low, byte[] High)
{
    internal static KeyRange Everything { get; } = new([], [0xff]);

    /// <summary>All keys that begin with the given bytes.</summary>
    internal static KeyRange Of(byte[] prefix) => prefix.Length == 0 ? Everything : new(prefix, After(prefix));

    /// <summary>The least bytes that come after all that begin with the given ones.</summary>
    internal static byte[] After(byte[] prefix)
    {
        // No key begins with 0xff, so there is always a byte that can grow.
        var end = prefix.Length;
        while (end > 1 && prefix[end - 1] == 0xff)
        {
            end--;
        }

        var after = prefix[..end];
        after[end - 1]++;
        return after;
    }
}

/// <summary>
/// Where the documents are read that may fit a filter, and whether they come in the order of the sort. An index only ever narrows: every
/// document that comes is still put to the matcher, so no choice made here can change a result.
/// </summary>
internal sealed class Plan
{
    private const int MostRanges = 2000;

    /// <summary>The index, or null for the collection itself.</summary>
    internal IndexTable? Index { get; private init; }

    /// <summary>Whether the collection is read by <c>_id</c> instead of in its natural order.</summary>
    internal bool ById { get; private init; }

    internal List<KeyRange> Ranges { get; private init; } = [];

    internal bool Reverse { get; private set; }

    internal bool IsSorted { get; private set; }

    /// <summary>Whether a document may come more than once, under several keys.</summary>
    internal bool MayRepeat => Index is { Multikey: not 0 };

    /// <summary>The index's name, or null for a scan of the collection.</summary>
    internal string? IndexName => ById ? "_id_" : Index?.Specification.Name;

    internal BsonDocument KeyPattern => ById ? new BsonDocument("_id", 1) : Index!.Specification.Keys;

    private int Score { get; set; }

    private int Bound { get; set; }

    /// <param name="collection">The collection.</param>
    /// <param name="conditions">What all wanted documents meet.</param>
    /// <param name="sort">The order in which they are wanted.</param>
    /// <param name="isLimited">Whether reading stops early.</param>
    /// <param name="hint">The name or the keys of the index to use, or <c>{$natural: 1}</c>.</param>
    internal static Plan Choose(CollectionTable collection, List<Condition> conditions, SortOrder? sort, bool isLimited, BsonValue? hint)
    {
        if (sort is { IsNatural: true })
        {
            return Whole(sort.Fields[0].Direction < 0, isSorted: true);
        }

        var bounds = Bounds.Of(conditions);
        if (hint is not null && hint is not BsonDocument { ElementCount: 0 })
        {
            return Hinted(collection, conditions, bounds, sort, hint);
        }

        var best = OfId(bounds, sort);
        foreach (var index in collection.Indexes)
        {
            if (IsUsable(index, conditions, bounds) && Of(index, bounds, sort) is var candidate && candidate.Score > best.Score)
            {
                best = candidate;
            }
        }

        // Reading everything by an index pays only when the order lets the reading stop early.
        return best.Bound > 0 || (best.IsSorted && sort != null && isLimited) ? best : Whole(reverse: false, sort == null);
    }

    private static Plan Whole(bool reverse, bool isSorted) => new() { Reverse = reverse, IsSorted = isSorted };

    private static Plan Hinted(
        CollectionTable collection, List<Condition> conditions, Dictionary<string, Bounds> bounds, SortOrder? sort, BsonValue hint)
    {
        if (hint is BsonDocument keys && keys.GetElement(0).Name == "$natural")
        {
            return Whole(keys[0].ToInt32() < 0, sort == null);
        }

        if (hint is BsonString { Value: "_id_" } || (hint is BsonDocument { ElementCount: 1 } id && id.Contains("_id")))
        {
            return OfId(bounds, sort);
        }

        var index = collection.Indexes.Find(i => hint is BsonDocument k ? i.Specification.HasKeys(k) : i.Specification.Name == hint.AsString)
            ?? throw Errors.BadValue("error processing query: planner returned error :: caused by :: hint provided does not correspond to an existing index");
        return IsUsable(index, conditions, bounds) ? Of(index, bounds, sort) : Whole(reverse: false, sort == null);
    }

    private static bool IsUsable(IndexTable index, List<Condition> conditions, Dictionary<string, Bounds> bounds)
    {
        if (index.PartialConditions is { } partial)
        {
            var isSimple = index.Specification.Partial!.Names.All(n => n[0] != '$' || n == "$and");
            if (!isSimple || !partial.TrueForAll(needed => conditions.Exists(known => Matcher.Implies(known, needed))))
            {
                return false;
            }
        }

        // A sparse index knows nothing of documents without its fields.
        return !index.Specification.Sparse || index.Keys.Fields.Any(f => bounds.TryGetValue(f.Path, out var b) && b.ImpliesPresence);
    }

    private static Plan OfId(Dictionary<string, Bounds> bounds, SortOrder? sort) => Make(null, [("_id", 1)], 0, bounds, sort);

    private static Plan Of(IndexTable index, Dictionary<string, Bounds> bounds, SortOrder? sort) =>
        Make(index, index.Keys.Fields, index.Multikey, bounds, sort);

    private static Plan Make(
        IndexTable? index, (string Path, int Direction)[] fields, ulong multikey, Dictionary<string, Bounds> bounds, SortOrder? sort)
    {
        List<byte[]> prefixes = [[]];
        List<KeyRange>? ranges = null;
        var (bound, single, throughArray) = (0, 0, false);
        foreach (var (path, direction) in fields)
        {
            var isMultikey = (multikey & (1UL << bound)) != 0;

            // Conditions on two fields of an array's documents may be met by two of them, whose keys are apart.
            if ((isMultikey && throughArray) || !bounds.TryGetValue(path, out var limits))
            {
                break;
            }

            if (limits.Equal is { } equal && (long)prefixes.Count * equal.Count <= MostRanges)
            {
                prefixes = [.. prefixes.SelectMany(_ => equal, (p, key) => (byte[])[.. p, .. KeyGenerator.Turn(key, direction)])];
                single += single == bound && equal.Count == 1 ? 1 : 0;
            }
            else if (limits.HasRange)
            {
                ranges = [.. prefixes.Select(p => limits.RangeAfter(p, direction, isMultikey))];
            }
            else
            {
                break;
            }

            throughArray |= isMultikey;
            bound++;
            if (ranges != null)
            {
                break;
            }
        }

        var isRange = ranges != null;
        ranges ??= [.. prefixes.Select(KeyRange.Of)];
        ranges.Sort((a, b) => KeyOrder.Instance.Compare(a.Low, b.Low));
        var plan = new Plan { Index = index, ById = index == null, Ranges = ranges, Bound = bound };
        plan.IsSorted = sort == null || plan.Follows(sort, fields, multikey, single);
        plan.Score = (bound * 10) - (isRange ? 5 : 0) + (plan.IsSorted && sort != null ? 4 : 0) + (single == fields.Length ? 3 : 0);
        if (plan.Reverse)
        {
            ranges.Reverse();
        }

        return plan;
    }

    /// <summary>Whether the keys can come in the order of the sort; then they will.</summary>
    private bool Follows(SortOrder sort, (string Path, int Direction)[] fields, ulong multikey, int single)
    {
        // Fields bounded to one key have no order; the sort must follow the fields after them, all forwards or all backwards.
        var at = 0;
        var flip = 0;
        foreach (var (path, direction) in sort.Fields)
        {
            var constant = Array.FindIndex(fields, f => f.Path == path);
            if (constant >= 0 && constant < single && (multikey & (1UL << constant)) == 0)
            {
                continue;
            }

            at = Math.Max(at, single);
            if (at >= fields.Length || fields[at].Path != path || (multikey & (1UL << at)) != 0)
            {
                return false;
            }

            var turn = direction * fields[at].Direction;
            if (flip != 0 && flip != turn)
            {
                return false;
            }

            flip = turn;
            at++;
        }

        Reverse = flip < 0;
        return true;
    }

    /// <summary>What the conditions on one field say about its keys.</summary>
    private sealed class Bounds
    {
        private (byte[] Key, bool Inclusive)? _lower;
        private (byte[] Key, bool Inclusive)? _upper;

        internal List<byte[]>? Equal { get; private set; }

        internal bool HasRange => _lower != null || _upper != null;

        internal bool ImpliesPresence =>
            Equal != null ? !Equal.Exists(k => KeyOrder.Instance.Equals(k, ValueKey.OfNull)) : HasRange;

        internal static Dictionary<string, Bounds> Of(List<Condition> conditions)
        {
            var all = new Dictionary<string, Bounds>(StringComparer.Ordinal);
            foreach (var (path, name, operand) in conditions)
            {
                if (!all.TryGetValue(path, out var bounds))
                {
                    all.Add(path, bounds = new Bounds());
                }

                bounds.Add(name, operand);
            }

            return all;
        }

        /// <summary>The keys within the bounds, after the keys of the fields before.</summary>
        internal KeyRange RangeAfter(byte[] prefix, int direction, bool isMultikey)
        {
            // Comparisons stay within the operand's class of types. Of an array, one item may meet the lower bound and another
            // the upper one, so only one of them may narrow.
            var (lower, upper) = (_lower, isMultikey && _lower != null ? null : _upper);
            var ofClass = (lower ?? upper)!.Value.Key[0];
            if (direction > 0)
            {
                return new(
                    lower is { } l ? (l.Inclusive ? [.. prefix, .. l.Key] : KeyRange.After([.. prefix, .. l.Key])) : [.. prefix, ofClass],
                    upper is { } u ? (u.Inclusive ? KeyRange.After([.. prefix, .. u.Key]) : [.. prefix, .. u.Key]) : [.. prefix, (byte)(ofClass + 1)]);
            }

            byte[] Turned(byte[] key) => [.. prefix, .. KeyGenerator.Turn(key, -1)];
            return new(
                upper is { } top ? (top.Inclusive ? Turned(top.Key) : KeyRange.After(Turned(top.Key))) : [.. prefix, (byte)~ofClass],
                lower is { } least ? (least.Inclusive ? KeyRange.After(Turned(least.Key)) : Turned(least.Key)) : [.. prefix, (byte)(~ofClass + 1)]);
        }

        private void Add(string name, BsonValue operand)
        {
            switch (name)
            {
                case "$eq" when Keyed(operand):
                    // Two equalities on one field can both hold of an array; either bounds the keys.
                    Equal = [.. KeysOf(operand)];
                    break;
                case "$in" when Equal == null && operand is BsonArray { Count: > 0 and <= MostRanges } values && values.All(Keyed):
                    Equal = [.. values.SelectMany(KeysOf).Distinct(KeyOrder.Instance)];
                    break;
                case "$all" when Equal == null && operand is BsonArray { Count: > 0 } needed && Keyed(needed[0])
                    && needed[0] is not BsonDocument:
                    Equal = [.. KeysOf(needed[0])];
                    break;
                case "$gt" or "$gte" when Ranged(operand) && _lower == null
                    && (_upper == null || _upper.Value.Key[0] == ValueKey.Class(operand)):
                    _lower = (ValueKey.Encode(operand), name == "$gte");
                    break;
                case "$lt" or "$lte" when Ranged(operand) && _upper == null
                    && (_lower == null || _lower.Value.Key[0] == ValueKey.Class(operand)):
                    _upper = (ValueKey.Encode(operand), name == "$lte");
                    break;
            }
        }

        private static IEnumerable<byte[]> KeysOf(BsonValue operand) =>
            operand is BsonNull ? [ValueKey.OfEmptyArray, ValueKey.OfNull] : [ValueKey.Encode(operand)];

        // An array's own key is not in an index, only its items' keys are.
        private static bool Keyed(BsonValue value) => value is not (BsonArray or BsonRegularExpression or BsonUndefined);

        private static bool Ranged(BsonValue value) =>
            value is not (BsonArray or BsonRegularExpression or BsonNull or BsonUndefined or BsonMinKey or BsonMaxKey or BsonDouble { Value: double.NaN })
            && !(value is BsonDecimal128 d && Decimal128.IsNaN(d.Value));
    }
}
