using System.Collections.Concurrent;
using System.Security.Cryptography;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Commands;

/// <summary>The cursors that clients have not read to their end.</summary>
internal sealed class Cursors : IDisposable
{
    private static readonly TimeSpan IdleLimit = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<long, Cursor> _open = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;

    internal Cursors(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(_ => CloseIdle(), null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));
    }

    internal int Count => _open.Count;

    /// <summary>The reply with the first batch; what is left waits for getMore.</summary>
    /// <param name="client">Who may read on.</param>
    /// <param name="ns">The database and the collection.</param>
    /// <param name="documents">The results, read as they are needed.</param>
    /// <param name="batchSize">How many documents the first batch has at most.</param>
    /// <param name="singleBatch">Whether the rest is given up.</param>
    /// <param name="limit">After how many results there are no more; 0 when that is not known.</param>
    /// <param name="neverIdle">Whether the cursor waits for its client for ever.</param>
    internal BsonDocument First(
        Client client, string ns, IEnumerable<BsonDocument> documents, int batchSize, bool singleBatch = false, long limit = 0, bool neverIdle = false)
    {
        var cursor = new Cursor(client, ns, documents.GetEnumerator(), limit, neverIdle) { UsedAt = _time.GetTimestamp() };
        var keep = false;
        try
        {
            var batch = cursor.Next(batchSize);
            var id = 0L;
            if (!cursor.IsDone && !singleBatch)
            {
                do
                {
                    id = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;
                }
                while (id == 0 || !_open.TryAdd(id, cursor));
                keep = true;
            }

            return Reply(id, ns, "firstBatch", batch);
        }
        finally
        {
            if (!keep)
            {
                cursor.Dispose();
            }
        }
    }

    internal BsonDocument More(long id, string ns, int batchSize)
    {
        if (!_open.TryGetValue(id, out var cursor))
        {
            throw NotFound(id);
        }

        if (cursor.Namespace != ns)
        {
            throw new CommandException(
                13, "Unauthorized", $"Requested getMore on namespace '{ns}', but cursor belongs to a different namespace {cursor.Namespace}");
        }

        lock (cursor)
        {
            if (!_open.ContainsKey(id))
            {
                throw NotFound(id);
            }

            try
            {
                var batch = cursor.Next(batchSize);
                cursor.UsedAt = _time.GetTimestamp();
                if (cursor.IsDone)
                {
                    Close(id);
                }

                return Reply(cursor.IsDone ? 0 : id, ns, "nextBatch", batch);
            }
            catch
            {
                Close(id);
                throw;
            }
        }
    }

    /// <returns>Whether there was such a cursor.</returns>
    internal bool Close(long id)
    {
        if (!_open.TryRemove(id, out var cursor))
        {
            return false;
        }

        lock (cursor)
        {
            cursor.Dispose();
        }

        return true;
    }

    internal void CloseOf(Client client)
    {
        foreach (var (id, cursor) in _open)
        {
            if (cursor.Client == client)
            {
                Close(id);
            }
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        foreach (var id in _open.Keys)
        {
            Close(id);
        }
    }

    private static BsonDocument Reply(long id, string ns, string name, BsonArray batch) =>
        new("cursor", new BsonDocument { { name, batch }, { "id", id }, { "ns", ns } });

    private static CommandException NotFound(long id) => new(43, "CursorNotFound", $"cursor id {id} not found");

    private void CloseIdle()
    {
        foreach (var (id, cursor) in _open)
        {
            if (!cursor.NeverIdle && _time.GetElapsedTime(cursor.UsedAt) > IdleLimit)
            {
                Close(id);
            }
        }
    }

    private sealed class Cursor(Client client, string ns, IEnumerator<BsonDocument> documents, long limit, bool neverIdle) : IDisposable
    {
        private long _left = limit == 0 ? long.MaxValue : limit;
        private RawBsonDocument? _waiting;

        internal Client Client => client;

        internal string Namespace => ns;

        internal bool NeverIdle => neverIdle;

        internal long UsedAt { get; set; }

        internal bool IsDone { get; private set; }

        internal BsonArray Next(int most)
        {
            var batch = new BsonArray();
            var bytes = 0L;
            while (batch.Count < most && !IsDone)
            {
                if (_waiting == null && !documents.MoveNext())
                {
                    IsDone = true;
                    break;
                }

                var next = _waiting ?? documents.Current as RawBsonDocument ?? Stored.View(Stored.Encode(documents.Current));
                bytes += next.Slice.Length;
                if (bytes > Stored.MostBytes && batch.Count > 0)
                {
                    _waiting = next;
                    break;
                }

                _waiting = null;
                batch.Add(next);
                IsDone = --_left == 0;
            }

            return batch;
        }

        public void Dispose() => documents.Dispose();
    }
}
