#nullable enable
using MongoDB.Bson;
using MongoDB.Driver.Core.Connections;

namespace MongoDB.Driver.Storage;

/// <summary>Which documents to read, in which order, and which parts of them.</summary>
internal sealed record FindRequest(BsonDocument Filter, BsonDocument? Sort, long Skip, long Limit, BsonDocument? Projection);

/// <summary>What becomes of documents.</summary>
internal abstract record Change
{
    internal sealed record Update(BsonDocument Operators) : Change;

    internal sealed record Replace(BsonDocument Document) : Change;

    internal sealed record Delete : Change;
}

internal sealed record ChangeRequest(BsonDocument Filter, BsonDocument? Sort, Change Change, bool Many, bool Upsert);

internal sealed record ChangeOutcome(long Matched, long Modified, BsonValue? UpsertedId, BsonDocument? Before, BsonDocument? After);

internal sealed record InsertOutcome(long Inserted, List<(int Index, WriteFault Fault)> Faults);

/// <summary>A write that MongoDB refuses, with its number and words.</summary>
internal sealed class WriteFault(int code, string codeName, string message, BsonDocument? details = null) : Exception(message)
{
    internal int Code => code;

    internal string CodeName => codeName;

    internal BsonDocument? Details => details;

    internal ServerErrorCategory Category => code switch
    {
        11000 => ServerErrorCategory.DuplicateKey,
        50 => ServerErrorCategory.ExecutionTimeout,
        _ => ServerErrorCategory.Uncategorized,
    };

    /// <summary>As a command reports it.</summary>
    internal MongoCommandException AsCommand(ConnectionId connection, string command, BsonValue argument) => new(
        connection,
        $"Command {command} failed: {Message}",
        new BsonDocument(command, argument),
        new BsonDocument { { "ok", 0.0 }, { "errmsg", Message }, { "code", code }, { "codeName", codeName } },
        this);

    /// <summary>As a write reports it.</summary>
    internal MongoWriteException AsWrite(ConnectionId connection) => new(
        connection, new WriteError(Category, code, Message, details), writeConcernError: null, this);

    internal static WriteFault BadValue(string message) => new(2, "BadValue", message);

    internal static WriteFault TypeMismatch(string message) => new(14, "TypeMismatch", message);

    internal static WriteFault FailedToParse(string message) => new(9, "FailedToParse", message);
}

/// <summary>Faults of reaching the store, as the real driver words and types them.</summary>
internal static class StoreFaults
{
    internal static TimeoutException NotFound(string directory, TimeSpan timeout, Exception? cause) => new(
        $"A timeout occurred after {(long)timeout.TotalMilliseconds}ms selecting a server: the document store '{directory}' cannot be opened"
        + (cause == null ? "." : $" ({cause.Message})."),
        cause);

    internal static MongoConnectionException Slow(ConnectionId connection, TimeSpan timeout, string what) => new(
        connection,
        $"The document store did not answer within {(long)timeout.TotalMilliseconds}ms: {what}.",
        new TimeoutException(what));

    internal static MongoConnectionException Broken(ConnectionId connection, Exception cause) => new(
        connection, $"The document store failed: {cause.Message}", cause);
}

/// <summary>A moment on the monotonic clock.</summary>
internal readonly record struct Deadline(long Ticks)
{
    internal static readonly Deadline Never = new(long.MaxValue);

    internal bool IsOver => Environment.TickCount64 >= Ticks;

    internal static Deadline After(TimeSpan span) =>
        span == Timeout.InfiniteTimeSpan ? Never : new(Environment.TickCount64 + (long)span.TotalMilliseconds);

    /// <summary>What is left, or what a timer can hold of it.</summary>
    internal TimeSpan Left => TimeSpan.FromMilliseconds(Math.Clamp(Ticks - Environment.TickCount64, 0, int.MaxValue - 1));

    internal TimeSpan Pause(TimeSpan most) => Left < most ? Left : most;
}
