using Mongod.Commands;

namespace Mongod.Engine.Storing;

/// <summary>A connection to a database's file, and what the file is known to hold.</summary>
internal sealed class OpenFile : IDisposable
{
    private const int OldApplicationId = 0x475a444c;

    private readonly Database _database;
    private Catalog _catalog = Catalog.Empty;

    internal OpenFile(Database database, bool create)
    {
        _database = database;
        Connection = new Sqlite(database.Path, create);
        try
        {
            if (create)
            {
                Connection.Execute("PRAGMA journal_mode=WAL");
                Connection.Execute("PRAGMA wal_autocheckpoint=0");
            }

            var application = Connection.ReadInt64("PRAGMA application_id");
            if (application == OldApplicationId)
            {
                throw new CommandException(
                    96, "OperationFailed", $"{database.Path} was written by an earlier version, whose rows are JSON; move it away to start anew.");
            }

            if (application is not (0 or Catalog.ApplicationId) || (application == 0 && Connection.ReadInt64("PRAGMA user_version") != 0))
            {
                throw new CommandException(96, "OperationFailed", $"{database.Path} is not a file of this server.");
            }
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

    internal T Read<T>(Func<Session, T> work)
    {
        Connection.TrimStatements();
        Connection.Execute("BEGIN");
        try
        {
            return work(new Session(Connection, Current(), _database.Name));
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
            var session = new Session(Connection, Current(), _database.Name);
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

    /// <summary>Reads the catalog anew before the next use: what was rolled back must not be remembered.</summary>
    internal void Forget() => _catalog = Catalog.Empty;

    public void Dispose() => Connection.Dispose();

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
