#nullable enable
using System.Text;
using MongoDB.Bson;
using MongoDB.Bson.Storage;
using MongoDB.Driver.Query;

namespace MongoDB.Driver.Storage;

/// <summary>
/// The statement that yields the documents which may fit a filter, and whether they come in the order of the sort. An index only ever
/// narrows: every document that comes is still put to the matcher, so no choice made here can change a result.
/// Names of fields never become part of a statement, and values are always parameters.
/// </summary>
internal sealed class Plan
{
    private readonly List<byte[]> _parameters = [];

    private Plan(string sql, bool sorted, bool mayRepeat) => (Sql, IsSorted, MayRepeat) = (sql, sorted, mayRepeat);

    internal string Sql { get; }

    internal bool IsSorted { get; }

    /// <summary>Whether a document may come more than once, under several keys.</summary>
    internal bool MayRepeat { get; }

    /// <summary>The index's name, or null for a scan of the collection.</summary>
    internal string? Index { get; private init; }

    internal Statement Bind(Sqlite connection)
    {
        var statement = connection.Prepare(Sql);
        for (var i = 0; i < _parameters.Count; i++)
        {
            statement.Bind(i + 1, _parameters[i]);
        }

        return statement;
    }

    internal static Plan Choose(CollectionTable collection, List<Condition> conditions, SortOrder? sort, long limit)
    {
        var bounds = Bounds.Of(conditions);
        Candidate? best = null;
        Consider(Candidate.OfId(collection, bounds, sort));
        foreach (var index in collection.Indexes)
        {
            if (IsUsable(index, conditions, bounds))
            {
                Consider(Candidate.Of(collection, index, bounds, sort));
            }
        }

        // Reading everything by an index pays only when the order lets the reading stop early.
        if (best is { } chosen && (chosen.Bound > 0 || (chosen.Sorted && sort != null && limit > 0)))
        {
            return chosen.Make();
        }

        return new Plan($"SELECT d.id, d.doc FROM {collection.Table} AS d", sort == null, mayRepeat: false);

        void Consider(Candidate candidate)
        {
            if (best is not { } other || candidate.Score > other.Score)
            {
                best = candidate;
            }
        }
    }

    private static bool IsUsable(IndexTable index, List<Condition> conditions, Dictionary<string, Bounds> bounds)
    {
        if (index.Specification.Partial is { } partial)
        {
            var needed = new Matcher(partial).Conditions;
            if (partial.Names.Any(n => n.StartsWith('$') && n != "$and") || needed.Exists(n => !conditions.Contains(n)))
            {
                return false;
            }
        }

        // A sparse index knows nothing of documents without its fields.
        return !index.Specification.Sparse || index.Fields.Any(f => bounds.TryGetValue(f.Path, out var b) && b.ImpliesPresence);
    }

    /// <summary>What the conditions on one field say about its keys.</summary>
    private sealed class Bounds
    {
        internal List<byte[]>? Equal { get; private set; }

        internal (byte[] Key, bool Inclusive)? Lower { get; private set; }

        internal (byte[] Key, bool Inclusive)? Upper { get; private set; }

        internal bool HasRange => Lower != null || Upper != null;

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

        private void Add(string name, BsonValue operand)
        {
            switch (name)
            {
                case "$eq" when Keyed(operand):
                    // Two equalities on one field can both hold of an array; either bounds the keys.
                    Equal = [ValueKey.Encode(operand)];
                    break;
                case "$in" when Equal == null && operand is BsonArray { Count: > 0 and <= 2000 } values && values.All(Keyed):
                    Equal = [.. values.Select(ValueKey.Encode).Distinct(KeyOrder.Instance)];
                    break;
                case "$all" when Equal == null && operand is BsonArray { Count: > 0 } needed && Keyed(needed[0])
                    && needed[0] is not BsonDocument:
                    Equal = [ValueKey.Encode(needed[0])];
                    break;
                case "$gt" or "$gte" when Ranged(operand) && Lower == null:
                    Lower = (ValueKey.Encode(operand), name == "$gte");
                    break;
                case "$lt" or "$lte" when Ranged(operand) && Upper == null:
                    Upper = (ValueKey.Encode(operand), name == "$lte");
                    break;
            }
        }

        // An array's own key is not in an index, only its items' keys are.
        private static bool Keyed(BsonValue value) => value is not (BsonArray or BsonRegularExpression);

        private static bool Ranged(BsonValue value) =>
            value is not (BsonArray or BsonRegularExpression or BsonNull or BsonMinKey or BsonMaxKey or BsonDouble { Value: double.NaN });
    }

    private sealed class Candidate
    {
        private readonly StringBuilder _where = new();
        private readonly List<byte[]> _parameters = [];
        private string _from = "";
        private string _orderBy = "";
        private string? _name;
        private bool _mayRepeat;

        /// <summary>How many fields are bounded.</summary>
        internal int Bound { get; private set; }

        internal bool Sorted { get; private set; }

        internal int Score { get; private set; }

        internal static Candidate OfId(CollectionTable collection, Dictionary<string, Bounds> bounds, SortOrder? sort)
        {
            var candidate = new Candidate { _name = "_id_", _from = $"{collection.Table} AS d" };
            candidate.Build([("_id", 1)], ["d.key"], 0, bounds, sort);
            return candidate;
        }

        internal static Candidate Of(CollectionTable collection, IndexTable index, Dictionary<string, Bounds> bounds, SortOrder? sort)
        {
            var candidate = new Candidate
            {
                _name = index.Specification.Name,

                // CROSS JOIN keeps the order in which SQLite reads the two: the keys first.
                _from = $"{index.Table} AS k CROSS JOIN {collection.Table} AS d ON d.id = k.doc",
                _mayRepeat = index.Multikey != 0,
            };
            candidate.Build(
                index.Fields, [.. Enumerable.Range(0, index.Fields.Length).Select(i => $"k.k{i}")], index.Multikey, bounds, sort);
            return candidate;
        }

        internal Plan Make()
        {
            var sql = $"SELECT d.id, d.doc FROM {_from}{(_where.Length > 0 ? " WHERE " : "")}{_where}{_orderBy}";
            var plan = new Plan(sql, Sorted, _mayRepeat) { Index = _name };
            plan._parameters.AddRange(_parameters);
            return plan;
        }

        private void Build(
            (string Path, int Direction)[] fields, string[] columns, ulong multikey, Dictionary<string, Bounds> bounds, SortOrder? sort)
        {
            var single = 0;
            var range = false;
            for (var i = 0; i < fields.Length && !range; i++)
            {
                if (!bounds.TryGetValue(fields[i].Path, out var bound) || (bound.Equal == null && !bound.HasRange))
                {
                    break;
                }

                if (bound.Equal is { } equal)
                {
                    Where(columns[i], equal);
                    single += single == i && equal.Count == 1 ? 1 : 0;
                }
                else
                {
                    Where(columns[i], bound, isMultikey: (multikey & (1UL << i)) != 0);
                    range = true;
                }

                Bound++;
            }

            Sorted = sort == null || SetOrder(fields, columns, multikey, bounds, sort, single);
            Score = (Bound * 10) - (range ? 5 : 0) + (Sorted && sort != null ? 4 : 0) + (single == fields.Length ? 3 : 0);
        }

        private void Where(string column, List<byte[]> equal)
        {
            And();
            if (equal.Count == 1)
            {
                _where.Append(column).Append(" = ").Append(Parameter(equal[0]));
            }
            else
            {
                _where.Append(column).Append(" IN (").AppendJoin(", ", equal.Select(Parameter)).Append(')');
            }
        }

        private void Where(string column, Bounds bound, bool isMultikey)
        {
            // Comparisons stay within the operand's class of types. Of an array, one item may meet the lower bound and another
            // the upper one, so only one of them may narrow.
            var lower = bound.Lower;
            var upper = isMultikey && lower != null ? null : bound.Upper;
            And();
            _where.Append(column).Append(lower is { Inclusive: false } ? " > " : " >= ")
                .Append(Parameter(lower?.Key ?? [upper!.Value.Key[0]]));
            And();
            _where.Append(column).Append(upper is { Inclusive: true } ? " <= " : " < ")
                .Append(Parameter(upper?.Key ?? [(byte)(lower!.Value.Key[0] + 1)]));
        }

        private void And()
        {
            if (_where.Length > 0)
            {
                _where.Append(" AND ");
            }
        }

        private string Parameter(byte[] key)
        {
            _parameters.Add(key);
            return $"?{_parameters.Count}";
        }

        /// <summary>Whether the keys can come in the order of the sort; then they are asked for in it.</summary>
        private bool SetOrder(
            (string Path, int Direction)[] fields,
            string[] columns,
            ulong multikey,
            Dictionary<string, Bounds> bounds,
            SortOrder sort,
            int single)
        {
            // Fields bounded to one key have no order; the sort must follow the fields after them, all forwards or all backwards.
            var at = 0;
            var flip = 0;
            var order = new List<string>();
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
                order.Add($"{columns[at]} {(direction > 0 ? "ASC" : "DESC")}");
                at++;
            }

            _ = bounds;
            _orderBy = order.Count == 0 ? "" : " ORDER BY " + string.Join(", ", order);
            return true;
        }
    }
}
