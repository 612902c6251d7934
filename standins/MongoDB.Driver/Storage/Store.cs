#nullable enable
using System.Collections.Concurrent;
using MongoDB.Driver.Core.Connections;

namespace MongoDB.Driver.Storage;

/// <summary>
/// A database: one SQLite file in the store's directory. Reads run on the caller's thread, over a few connections of their own; writes
/// go through one thread, which commits together whatever waits. The directory is looked at before every operation, so that
/// one that vanished is noticed at once and one that came back, even with other files, is used without more ado.
/// </summary>
internal sealed class Store : IDisposable
{
    internal const string Extension = ".db";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly string _directory;
    private readonly TimeSpan _selection;
    private readonly TimeSpan _answer;
    private readonly ConcurrentBag<OpenFile> _readers = [];
    private readonly SemaphoreSlim _reading;
    private readonly Writer _writer;
    private volatile bool _disposed;

    internal Store(string directory, string name, MongoClientSettings settings)
    {
        _directory = directory;
        Name = name;
        File = Path.Combine(directory, FileNameOf(name));
        TracingEnabled = settings.TracingEnabled;
        _selection = settings.ServerSelectionTimeout;
        _answer = settings.SocketTimeout > TimeSpan.Zero ? settings.SocketTimeout : settings.ServerSelectionTimeout;
        Connection = new ConnectionId(directory);
        _reading = new SemaphoreSlim(Math.Clamp(Environment.ProcessorCount * 2, 4, 16));
        _writer = new Writer(this, Math.Max(settings.MaxConnectionPoolSize, 1) * 10);
    }

    internal string Name { get; }

    internal string File { get; }

    internal bool TracingEnabled { get; }

    internal ConnectionId Connection { get; }

    /// <summary>The database that a file of the directory holds, or null.</summary>
    internal static string? NameOf(string file) =>
        file.EndsWith(Extension, StringComparison.Ordinal) ? Uri.UnescapeDataString(file[..^Extension.Length]) : null;

    internal Task<bool> PingAsync(CancellationToken cancellationToken) => ReadAsync(_ => true, cancellationToken);

    internal Task<List<string>> ListCollectionsAsync(CancellationToken cancellationToken) =>
        ReadAsync(session => session.Catalog.Collections.Keys.Order(StringComparer.Ordinal).ToList(), cancellationToken);

    internal Task<bool> CreateCollectionAsync(string name, CancellationToken cancellationToken) => WriteAsync(
        session => session.Find(name) == null
            ? session.FindOrCreate(name) != null
            : throw new WriteFault(48, "NamespaceExists", $"Collection {Name}.{name} already exists."),
        cancellationToken);

    internal Task<bool> DropCollectionAsync(string name, CancellationToken cancellationToken) => WriteAsync(
        session =>
        {
            if (session.Find(name) is { } collection)
            {
                session.DropCollection(collection);
            }

            return true;
        },
        cancellationToken);

    // The file stays: another process may have it open.
    internal Task<bool> DropAllAsync(CancellationToken cancellationToken) => WriteAsync(
        session =>
        {
            foreach (var collection in session.Catalog.Collections.Values.ToArray())
            {
                session.DropCollection(session.Find(collection.Name)!);
            }

            return true;
        },
        cancellationToken);

    internal async Task<T> ReadAsync<T>(Func<Session, T> work, CancellationToken cancellationToken)
    {
        var limit = await FindAsync(cancellationToken);
        if (!await _reading.WaitAsync(limit.Left, cancellationToken))
        {
            throw StoreFaults.Slow(Connection, _selection, "every reader is busy");
        }

        try
        {
            while (true)
            {
                if (TryRead(work, limit, cancellationToken, out var result))
                {
                    return result;
                }

                await Task.Delay(limit.Pause(Poll), cancellationToken);
            }
        }
        finally
        {
            _reading.Release();
        }
    }

    internal async Task<T> WriteAsync<T>(Func<Session, T> work, CancellationToken cancellationToken)
    {
        await FindAsync(cancellationToken);
        return await _writer.RunAsync(work, _answer, cancellationToken);
    }

    public void Dispose()
    {
        _disposed = true;
        _writer.Dispose();
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }

    /// <summary>The fault of a store that could not be opened.</summary>
    internal TimeoutException NotFound(Exception? cause) => StoreFaults.NotFound(_directory, _selection, cause);

    /// <summary>Whether the directory is there, which is all that can be asked of a server that has nothing stored yet.</summary>
    internal bool IsThere() => Directory.Exists(_directory);

    private static string FileNameOf(string database) => Uri.EscapeDataString(database) + Extension;

    private async ValueTask<Deadline> FindAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        var limit = Deadline.After(_selection);
        while (!IsThere())
        {
            if (limit.IsOver)
            {
                throw NotFound(null);
            }

            await Task.Delay(limit.Pause(Poll), cancellationToken);
        }

        return limit;
    }

    private bool TryRead<T>(Func<Session, T> work, Deadline limit, CancellationToken cancellationToken, out T result)
    {
        OpenFile? reader = null;
        try
        {
            reader = OpenFile.Use(TakeReader(), File, create: false);
            if (reader == null)
            {
                // The directory is there and the database is not: nothing was stored yet.
                result = work(new Session(null!, Catalog.Empty, cancellationToken));
                return true;
            }

            result = reader.Read(work, cancellationToken);
            _readers.Add(reader);
            reader = null;
            return true;
        }
        catch (SqliteFault fault)
        {
            // Busy while another process recovers or opens the file, or broken while the file is exchanged: both pass.
            if (limit.IsOver)
            {
                throw IsThere() ? StoreFaults.Broken(Connection, fault) : NotFound(fault);
            }

            result = default!;
            return false;
        }
        finally
        {
            reader?.Dispose();
            if (_disposed)
            {
                Dispose();
            }
        }
    }

    private OpenFile? TakeReader() => _readers.TryTake(out var reader) ? reader : null;
}
