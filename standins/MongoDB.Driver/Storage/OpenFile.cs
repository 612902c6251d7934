#nullable enable
namespace MongoDB.Driver.Storage;

/// <summary>A connection to one certain file, and what that file is known to hold.</summary>
internal sealed class OpenFile : IDisposable
{
    private readonly string _path;
    private readonly FileIdentity _identity;
    private Catalog _catalog = Catalog.Empty;

    private OpenFile(string path, bool create)
    {
        _path = path;
        Connection = new Sqlite(path, create);
        try
        {
            if (create)
            {
                Connection.BusyTimeout(Writer.BusyMilliseconds);
                Connection.Execute("PRAGMA journal_mode=WAL");
            }

            _identity = FileIdentity.Of(path) ?? throw new SqliteFault(SQLitePCL.raw.SQLITE_CANTOPEN, "the file is gone");
        }
        catch
        {
            Connection.Dispose();
            throw;
        }
    }

    internal Sqlite Connection { get; }

    /// <summary>Whether the transaction can only be given up.</summary>
    internal bool IsBroken { get; private set; }

    /// <summary>A connection to the file that is at a path now: the given one if it still is that file's.</summary>
    /// <returns>Null when there is no file and none is to be made.</returns>
    internal static OpenFile? Use(OpenFile? open, string path, bool create)
    {
        var identity = FileIdentity.Of(path);
        if (open != null && identity == open._identity)
        {
            return open;
        }

        open?.Dispose();
        return identity == null && !create ? null : new OpenFile(path, create);
    }

    internal T Read<T>(Func<Session, T> work, CancellationToken cancellationToken)
    {
        Connection.TrimStatements();
        Connection.Execute("BEGIN");
        try
        {
            return work(new Session(Connection, Current(), cancellationToken));
        }
        finally
        {
            if (Connection.InTransaction)
            {
                Connection.Execute("COMMIT");
            }
        }
    }

    internal T Write<T>(Func<Session, T> work)
    {
        Connection.Execute("SAVEPOINT request");
        try
        {
            var session = new Session(Connection, Current(), CancellationToken.None);
            var result = work(session);
            Connection.Execute("RELEASE request");
            _catalog = session.Catalog;
            return result;
        }
        catch
        {
            Forget();
            TakeBack();
            throw;
        }
    }

    private void TakeBack()
    {
        try
        {
            if (Connection.InTransaction)
            {
                Connection.Execute("ROLLBACK TO request");
                Connection.Execute("RELEASE request");
            }
        }
        catch (SqliteFault)
        {
            // Half of a request must never be committed with the others.
            IsBroken = true;
        }
    }

    /// <summary>Reads the catalog anew before the next use: what was rolled back must not be remembered.</summary>
    internal void Forget() => _catalog = Catalog.Empty;

    /// <summary>Puts the write-ahead log into the file, if the file is still the one at its path.</summary>
    internal void Checkpoint()
    {
        try
        {
            if (FileIdentity.Of(_path) == _identity)
            {
                Connection.BusyTimeout(0);
                Connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            }
        }
        catch (SqliteFault)
        {
            // The log is as durable as the file; whoever opens it next reads it.
        }
    }

    public void Dispose() => Connection.Dispose();

    private Catalog Current()
    {
        var version = Connection.ReadInt64("PRAGMA user_version");
        if (version != _catalog.Version)
        {
            _catalog = Catalog.Load(Connection, version);
        }

        return _catalog;
    }
}
