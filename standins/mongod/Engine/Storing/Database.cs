using System.Collections.Concurrent;
using Mongod.Commands;
using Mongod.Engine.Values;
using MongoDB.Bson;

namespace Mongod.Engine.Storing;

/// <summary>
/// A database: one SQLite file. Reads run on the caller's thread, over a few connections of their own; writes go through one thread, which
/// commits together whatever waits.
/// </summary>
internal sealed class Database : IDisposable
{
    private readonly ConcurrentBag<OpenFile> _readers = [];
    private readonly int _places = Math.Clamp(Environment.ProcessorCount * 2, 4, 16);
    private readonly SemaphoreSlim _reading;
    private readonly Writer _writer;

    internal Database(string path, string name)
    {
        (Path, Name) = (path, name);
        _reading = new SemaphoreSlim(_places);
        _writer = new Writer(this);
    }

    internal string Name { get; }

    internal string Path { get; }

    internal Task<T> WriteAsync<T>(Func<Session, T> work, Deadline deadline, CancellationToken cancellationToken) =>
        _writer.RunAsync(work, deadline, cancellationToken);

    internal T Read<T>(Func<Session, T> work)
    {
        _reading.Wait();
        try
        {
            return Read(work, retry: true);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>The rows of a query, read as they are taken; nothing is held open between two of them.</summary>
    internal IEnumerable<RawBsonDocument> Find(string collection, Query query, int first)
    {
        var scan = new Scan(collection, query);
        Read(session =>
        {
            scan.Prepare(session);
            return true;
        });
        if (!scan.IsSorted)
        {
            return new Sorter(query.Sort!, query.Limit).Sort(Rows(scan, 1000));
        }

        var documents = Rows(scan, query.Limit > 0 ? (int)Math.Min(first, query.Limit) : first);
        return query.Limit > 0 ? documents.Take((int)Math.Min(query.Limit, int.MaxValue)) : documents;
    }

    internal IEnumerable<RawBsonDocument> Rows(Scan scan, int first)
    {
        for (var most = Math.Max(1, first); !scan.IsDone; most = 1000)
        {
            foreach (var row in Read(session => scan.Next(session, most, sliced: true)))
            {
                yield return row.Document;
            }
        }
    }

    /// <summary>Runs something while nobody reads, or not at all when readers take long.</summary>
    internal void WithoutReaders(Action work, TimeSpan patience)
    {
        var limit = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        var held = 0;
        try
        {
            while (held < _places && _reading.Wait((int)Math.Max(0, limit - Environment.TickCount64)))
            {
                held++;
            }

            if (held == _places)
            {
                work();
            }
        }
        finally
        {
            if (held > 0)
            {
                _reading.Release(held);
            }
        }
    }

    /// <summary>Ends the writer after what waits for it, and puts the write-ahead log into the file.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }

        _reading.Dispose();
    }

    /// <summary>A failure of SQLite as a client is told it.</summary>
    internal static CommandException Translate(SqliteFault fault) => fault.IsFull
        ? new CommandException(14031, "OutOfDiskSpace", $"The disk is full: {fault.Message}")
        : new CommandException(96, "OperationFailed", $"The storage engine failed: {fault.Message}");

    private T Read<T>(Func<Session, T> work, bool retry)
    {
        OpenFile? reader = null;
        try
        {
            if (!_readers.TryTake(out reader))
            {
                reader = new OpenFile(this, create: false);
            }

            var result = reader.Read(work);
            _readers.Add(reader);
            return result;
        }
        catch (CommandException)
        {
            _readers.Add(reader!);
            throw;
        }
        catch (SqliteFault fault)
        {
            reader?.Dispose();

            // A connection may be broken while the file is well: a new one shows.
            return retry ? Read(work, retry: false) : throw Translate(fault);
        }
        catch
        {
            reader?.Dispose();
            throw;
        }
    }
}

/// <summary>A sort in memory. With a limit it keeps only what can be among the first.</summary>
internal sealed class Sorter(Planning.SortOrder order, long limit)
{
    private const long MostBytes = 100 * 1024 * 1024;

    internal IEnumerable<T> Sort<T>(IEnumerable<T> documents)
        where T : BsonDocument
    {
        var kept = new List<(byte[] Key, long At, T Document)>();
        var (bytes, at) = (0L, 0L);
        foreach (var document in documents)
        {
            var key = order.KeyOf(document);
            kept.Add((key, at++, document));
            bytes += key.Length + (document is RawBsonDocument raw ? raw.Slice.Length : 500);
            if (limit > 0 && kept.Count >= (2 * limit) + 100)
            {
                kept.Sort(Compare);
                kept.RemoveRange((int)limit, kept.Count - (int)limit);
                bytes = kept.Sum(k => (long)k.Key.Length + (k.Document is RawBsonDocument r ? r.Slice.Length : 500));
            }

            if (bytes > MostBytes)
            {
                throw new CommandException(
                    292,
                    "QueryExceededMemoryLimitNoDiskUseAllowed",
                    $"Sort exceeded memory limit of {MostBytes} bytes, but did not opt in to external sorting.");
            }
        }

        kept.Sort(Compare);
        return (limit > 0 ? kept.Take((int)Math.Min(limit, int.MaxValue)) : kept).Select(k => k.Document);
    }

    private static int Compare<T>((byte[] Key, long At, T Document) x, (byte[] Key, long At, T Document) y)
    {
        var order = KeyOrder.Instance.Compare(x.Key, y.Key);
        return order != 0 ? order : x.At.CompareTo(y.At);
    }
}
