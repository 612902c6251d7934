using Mongod.Commands;
using Mongod.Engine.Matching;
using Mongod.Engine.Planning;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Engine.Storing;

/// <summary>Which documents are wanted, and in which order.</summary>
internal sealed record Query(Matcher Matcher)
{
    internal SortOrder? Sort { get; init; }

    /// <summary>How many are wanted; 0 for all.</summary>
    internal long Limit { get; init; }

    internal BsonValue? Hint { get; init; }

    internal Deadline Deadline { get; init; } = Deadline.Never;
}

/// <summary>A moment after which a command gives up.</summary>
internal readonly record struct Deadline(long Ticks)
{
    internal static readonly Deadline Never = new(long.MaxValue);

    internal static Deadline After(long milliseconds) => milliseconds == 0 ? Never : new(Environment.TickCount64 + milliseconds);

    internal void Check()
    {
        if (Environment.TickCount64 > Ticks)
        {
            throw Errors.Timeout();
        }
    }
}

/// <summary>
/// Reads the documents of a query piece by piece. Between two pieces it holds nothing but the key of the last row, from which the next
/// piece goes on; so a cursor that stays open keeps no snapshot, which would make the write-ahead log grow, and a long search gives way
/// to others. As with MongoDB's cursors, a document that changes in the meantime may be seen as it was, as it is, or not at all.
/// </summary>
internal sealed class Scan(string collection, Query query)
{
    private const long SliceMilliseconds = 50;
    private const long MostBytes = 4 * 1024 * 1024;
    private const int RowsBetweenChecks = 64;

    private Plan? _plan;
    private long _collectionId;
    private HashSet<long>? _seen;
    private int _range;
    private byte[]? _lastKey;
    private long _lastRow;

    internal bool IsDone { get; private set; }

    internal Plan? Plan => _plan;

    internal long KeysExamined { get; private set; }

    internal long DocumentsExamined { get; private set; }

    /// <summary>Whether the rows come in the wanted order.</summary>
    internal bool IsSorted => _plan is null or { IsSorted: true };

    /// <summary>Chooses where to read; rows can be had only after that.</summary>
    internal void Prepare(Session session)
    {
        if (session.Find(collection) is not { } table)
        {
            if (_plan != null)
            {
                throw Killed("collection dropped");
            }

            IsDone = true;
            return;
        }

        if (_plan != null)
        {
            // An index that is gone, or that came to hold arrays, cannot be read on as planned.
            if (table.Id != _collectionId || (_plan.Index is { } index && !table.Indexes.Exists(i => i.Id == index.Id)))
            {
                throw Killed(table.Id != _collectionId ? "collection dropped" : $"index '{_plan.IndexName}' dropped");
            }

            return;
        }

        _collectionId = table.Id;
        _plan = Plan.Choose(table, query.Matcher.Conditions, query.Sort, query.Limit > 0, query.Hint);
        _seen = _plan.MayRepeat ? [] : null;
        (_lastRow, _range) = (_plan.Reverse ? long.MaxValue : long.MinValue, 0);
    }

    /// <summary>The next rows that fit.</summary>
    /// <param name="session">A transaction.</param>
    /// <param name="most">How many rows to read at most; there may be fewer although more follow, unless none or <see cref="IsDone"/>.</param>
    /// <param name="sliced">Whether to stop after a while, so that the transaction stays short.</param>
    internal List<Row> Next(Session session, int most, bool sliced = false)
    {
        Prepare(session);
        var rows = new List<Row>();
        var until = sliced ? Environment.TickCount64 + SliceMilliseconds : long.MaxValue;
        var bytes = 0L;
        while (!IsDone && rows.Count < most)
        {
            var statement = Bind(session);
            try
            {
                var isOver = true;
                for (var examined = 1; statement.Step(); examined++)
                {
                    DocumentsExamined++;
                    _lastRow = statement.Int64(0);
                    if (_plan!.IndexName != null)
                    {
                        KeysExamined++;
                        _lastKey = statement.Blob(2).ToArray();
                    }

                    if (_seen?.Add(_lastRow) != false)
                    {
                        var row = new Row(_lastRow, Stored.View(statement.Blob(1).ToArray()));
                        if (query.Matcher.Matches(row.Document))
                        {
                            rows.Add(row);
                            bytes += row.Document.Slice.Length;
                        }
                    }

                    if (rows.Count >= most || bytes > MostBytes)
                    {
                        return rows;
                    }

                    if (examined % RowsBetweenChecks == 0)
                    {
                        query.Deadline.Check();
                        if (Environment.TickCount64 > until)
                        {
                            isOver = false;
                            break;
                        }
                    }
                }

                if (!isOver)
                {
                    return rows;
                }
            }
            finally
            {
                statement.Reset();
            }

            _lastKey = null;
            IsDone = _plan!.IndexName == null || ++_range >= _plan.Ranges.Count;
        }

        return rows;
    }

    private Statement Bind(Session session)
    {
        var table = $"c{_collectionId}";
        var (reverse, connection) = (_plan!.Reverse, session.Connection);
        if (_plan.IndexName == null)
        {
            return connection.Prepare(reverse
                ? $"SELECT id, doc FROM {table} WHERE id < ?1 ORDER BY id DESC"
                : $"SELECT id, doc FROM {table} WHERE id > ?1 ORDER BY id").Bind(1, _lastRow);
        }

        var (low, high) = _plan.Ranges[_range];
        if (_plan.ById || _plan.Index!.Specification.Unique)
        {
            // A key has one row, so the last key says where to go on; the least bytes after it are it and a zero.
            (low, high) = _lastKey is { } last ? (reverse ? low : [.. last, 0], reverse ? last : high) : (low, high);
            var order = reverse ? " DESC" : "";
            return connection.Prepare(_plan.ById
                ? $"SELECT id, doc, key FROM {table} WHERE key >= ?1 AND key < ?2 ORDER BY key{order}"
                : $"SELECT d.id, d.doc, k.k FROM {_plan.Index!.Table} AS k CROSS JOIN {table} AS d ON d.id = k.doc "
                    + $"WHERE k.k >= ?1 AND k.k < ?2 ORDER BY k.k{order}").Bind(1, low).Bind(2, high);
        }

        // CROSS JOIN keeps the order in which SQLite reads the two: the keys first.
        var from = $"SELECT d.id, d.doc, k.k FROM {_plan.Index.Table} AS k CROSS JOIN {table} AS d ON d.id = k.doc ";
        return reverse
            ? connection.Prepare(from + "WHERE (k.k, k.doc) < (?1, ?2) AND k.k >= ?3 ORDER BY k.k DESC, k.doc DESC")
                .Bind(1, _lastKey ?? high).Bind(2, _lastKey == null ? long.MinValue : _lastRow).Bind(3, low)
            : connection.Prepare(from + "WHERE (k.k, k.doc) > (?1, ?2) AND k.k < ?3 ORDER BY k.k, k.doc")
                .Bind(1, _lastKey ?? low).Bind(2, _lastKey == null ? long.MinValue : _lastRow).Bind(3, high);
    }

    private static CommandException Killed(string reason) => new(175, "QueryPlanKilled", $"query killed: {reason}");
}
