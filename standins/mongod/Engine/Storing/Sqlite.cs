using SQLitePCL;

namespace Mongod.Engine.Storing;

/// <summary>A result code of SQLite that is not a success.</summary>
internal sealed class SqliteFault(int code, string message) : Exception(message)
{
    internal bool IsConstraint => (code & 0xff) == raw.SQLITE_CONSTRAINT;

    internal bool IsFull => (code & 0xff) == raw.SQLITE_FULL;
}

/// <summary>One connection to a database file, used by one thread at a time. It keeps its statements prepared.</summary>
internal sealed class Sqlite : IDisposable
{
    private const int StatementLimit = 300;
    private const int BusyMilliseconds = 5000;

    private readonly sqlite3 _database;
    private readonly Dictionary<string, Statement> _statements = new(StringComparer.Ordinal);

    static Sqlite() => Batteries_V2.Init();

    internal Sqlite(string path, bool create)
    {
        var flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX | (create ? raw.SQLITE_OPEN_CREATE : 0);
        var code = raw.sqlite3_open_v2(path, out _database, flags, null);
        try
        {
            Check(code);
            raw.sqlite3_extended_result_codes(_database, 1);
            raw.sqlite3_busy_timeout(_database, BusyMilliseconds);
            Execute("PRAGMA synchronous=FULL");
            Execute("PRAGMA temp_store=MEMORY");
            Execute("PRAGMA cache_size=-8000");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal long LastInsertRowId => raw.sqlite3_last_insert_rowid(_database);

    internal bool InTransaction => raw.sqlite3_get_autocommit(_database) == 0;

    /// <summary>A statement, ready for its parameters. While one is stepped through, its text must not be prepared again.</summary>
    internal Statement Prepare(string sql)
    {
        if (_statements.TryGetValue(sql, out var known))
        {
            known.Reset();
            return known;
        }

        Check(raw.sqlite3_prepare_v2(_database, sql, out var handle));
        var statement = new Statement(this, handle);
        _statements.Add(sql, statement);
        return statement;
    }

    /// <summary>Lets go of the statements when there are many; only between transactions, when none is being stepped through.</summary>
    internal void TrimStatements()
    {
        if (_statements.Count >= StatementLimit)
        {
            FinalizeStatements();
        }
    }

    internal void Execute(string sql)
    {
        var statement = Prepare(sql);
        try
        {
            while (statement.Step())
            {
                // Some pragmas answer with a row.
            }
        }
        finally
        {
            statement.Reset();
        }
    }

    internal long ReadInt64(string sql)
    {
        var statement = Prepare(sql);
        try
        {
            return statement.Step() ? statement.Int64(0) : 0;
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>Copies the write-ahead log into the file, as far as readers allow, and empties it if all was copied and asked for.</summary>
    internal void Checkpoint(bool truncate) => Check(raw.sqlite3_wal_checkpoint_v2(
        _database, "main", truncate ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _));

    internal void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
        {
            var extended = _database is { IsInvalid: false } ? raw.sqlite3_extended_errcode(_database) : code;
            var message = _database is { IsInvalid: false } ? raw.sqlite3_errmsg(_database).utf8_to_string() : $"SQLite error {code}";
            throw new SqliteFault((extended & 0xff) == (code & 0xff) ? extended : code, message);
        }
    }

    public void Dispose()
    {
        FinalizeStatements();
        if (_database != null)
        {
            _ = raw.sqlite3_close_v2(_database);
        }
    }

    private void FinalizeStatements()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _statements.Clear();
    }
}

internal sealed class Statement(Sqlite connection, sqlite3_stmt handle) : IDisposable
{
    internal Statement Bind(int index, long value)
    {
        connection.Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    internal Statement Bind(int index, ReadOnlySpan<byte> value)
    {
        // An empty span would bind NULL, which compares with nothing.
        connection.Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(handle, index, 0) : raw.sqlite3_bind_blob(handle, index, value));
        return this;
    }

    internal Statement Bind(int index, string value)
    {
        connection.Check(raw.sqlite3_bind_text(handle, index, value));
        return this;
    }

    /// <summary>Goes to the next row.</summary>
    /// <returns>Whether there is one.</returns>
    internal bool Step()
    {
        var code = raw.sqlite3_step(handle);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        if (code == raw.SQLITE_DONE)
        {
            return false;
        }

        try
        {
            connection.Check(code);
        }
        finally
        {
            _ = raw.sqlite3_reset(handle);
        }

        return false;
    }

    internal void Run()
    {
        try
        {
            Step();
        }
        finally
        {
            Reset();
        }
    }

    internal long Int64(int column) => raw.sqlite3_column_int64(handle, column);

    internal ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    internal string Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    internal void Reset()
    {
        _ = raw.sqlite3_reset(handle);
        _ = raw.sqlite3_clear_bindings(handle);
    }

    public void Dispose() => raw.sqlite3_finalize(handle);
}
