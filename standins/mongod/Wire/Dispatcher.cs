using System.Buffers;
using System.Collections.Frozen;
using Mongod.Commands;
using MongoDB.Bson;

namespace Mongod.Wire;

/// <summary>Finds a command's handler, checks what holds for every command, and turns refusals into error replies.</summary>
internal sealed partial class Dispatcher(IEnumerable<KeyValuePair<string, CommandHandler>> commands, bool requiresSignIn, ILogger<Dispatcher> logger)
{
    internal static readonly FrozenSet<string> AdminOnly =
        new[] { "fsync", "getCmdLineOpts", "getLog", "getParameter", "killAllSessions", "listDatabases" }.ToFrozenSet();

    private static readonly SearchValues<char> NotInDatabaseNames = SearchValues.Create("/\\. \"$\0");

    private readonly FrozenDictionary<string, CommandHandler> _commands = commands.ToFrozenDictionary();

    internal IEnumerable<string> Names => _commands.Keys;

    /// <summary>Whether a client may send it before it has signed in.</summary>
    internal static bool IsHandshake(string name) => name is "hello" or "isMaster" or "ismaster" or "saslStart" or "saslContinue" or "logout";

    internal static BsonDocument ErrorReply(CommandException refusal)
    {
        var reply = new BsonDocument { { "ok", 0.0 }, { "errmsg", refusal.Message }, { "code", refusal.Code }, { "codeName", refusal.CodeName } };
        return refusal.Details is { } details ? reply.Merge(details) : reply;
    }

    /// <summary>Makes a command of a request's body.</summary>
    /// <exception cref="CommandException">It is none.</exception>
    internal static Command Read(BsonDocument body, Client client)
    {
        var name = body.ElementCount > 0 ? body.GetElement(0).Name : "";
        if (!body.TryGetValue("$db", out var value))
        {
            throw new CommandException(40571, "Location40571", "OP_MSG requests require a $db argument");
        }

        if (value is not BsonString database)
        {
            throw new CommandException(14, "TypeMismatch", $"BSON field '$db' is the wrong type '{value.BsonType}', expected type 'string'");
        }

        // Names become file names, so this also keeps them inside the data folder.
        return database.Value.Length is > 0 and < 64 && database.Value.AsSpan().IndexOfAny(NotInDatabaseNames) < 0 || database.Value == "$external"
            ? new Command(name, database.Value, body, client)
            : throw new CommandException(73, "InvalidNamespace", $"Invalid database name: '{database.Value}'");
    }

    /// <summary>Carries out a command.</summary>
    /// <returns>Its reply, with <c>ok</c>.</returns>
    /// <exception cref="OperationCanceledException">The connection ends.</exception>
    internal async ValueTask<BsonDocument> RunAsync(Command command, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await Find(command)(command, cancellationToken);
            reply.Set("ok", 1.0);
            return reply;
        }
        catch (CommandException refusal)
        {
            return ErrorReply(refusal);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever one command does, the server and the client's connection go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFault(logger, exception, _commands.ContainsKey(command.Name) ? command.Name : "unknown", command.Client.ConnectionId);
            return ErrorReply(new CommandException(1, "InternalError", $"An internal error occurred: {exception.GetType().Name}"));
        }
    }

    private CommandHandler Find(Command command)
    {
        if (requiresSignIn && command.Client.User is null && !IsHandshake(command.Name))
        {
            throw new CommandException(13, "Unauthorized", $"Command {command.Name} requires authentication");
        }

        if (!_commands.TryGetValue(command.Name, out var handler))
        {
            throw new CommandException(59, "CommandNotFound", $"no such command: '{command.Name}'");
        }

        if (AdminOnly.Contains(command.Name) && command.Database != "admin")
        {
            throw new CommandException(13, "Unauthorized", $"{command.Name} may only be run against the admin database.");
        }

        CheckCommonFields(command.Body);
        return handler;
    }

    // What a server without replication says to what needs it.
    private static void CheckCommonFields(BsonDocument body)
    {
        for (var i = 1; i < body.ElementCount; i++)
        {
            var (name, value) = (body.GetElement(i).Name, body.GetElement(i).Value);
            switch (name)
            {
                case "txnNumber" or "startTransaction" or "autocommit":
                    throw new CommandException(20, "IllegalOperation", "Transaction numbers are only allowed on a replica set member or mongos");
                case "lsid":
                    if (value is not BsonDocument session || !session.Contains("id"))
                    {
                        throw new CommandException(value is BsonDocument ? 40414 : 14, value is BsonDocument ? "Location40414" : "TypeMismatch", "BSON field 'lsid' must be a document with an 'id'");
                    }

                    break;
                case "apiVersion":
                    if (value != "1")
                    {
                        throw new CommandException(322, "APIVersionError", "API version must be \"1\"");
                    }

                    break;
                case "readConcern":
                    CheckReadConcern(value);
                    break;
                case "writeConcern":
                    CheckWriteConcern(value);
                    break;
            }
        }
    }

    private static void CheckReadConcern(BsonValue value)
    {
        if (value is not BsonDocument concern)
        {
            throw new CommandException(14, "TypeMismatch", "BSON field 'readConcern' must be an object");
        }

        foreach (var field in concern)
        {
            switch (field.Name)
            {
                case "level" when field.Value is BsonString { Value: "local" or "available" or "majority" }:
                    break;
                case "level" when field.Value is BsonString { Value: "linearizable" or "snapshot" } level:
                    throw new CommandException(123, "NotAReplicaSet", $"node needs to be a replica set member to use readConcern: {level.Value}");
                case "level":
                    throw new CommandException(9, "FailedToParse", "The read concern level must be one of 'local', 'majority', 'linearizable', 'available', and 'snapshot'");
                case "provenance":
                    break;
                default:
                    throw new CommandException(72, "InvalidOptions", $"The read concern option '{field.Name}' is not supported without replication");
            }
        }
    }

    private static void CheckWriteConcern(BsonValue value)
    {
        if (value is not BsonDocument concern)
        {
            throw new CommandException(14, "TypeMismatch", "BSON field 'writeConcern' must be an object");
        }

        foreach (var field in concern)
        {
            switch (field.Name)
            {
                case "w" when field.Value.IsNumeric:
                    if (field.Value.ToDouble() > 1)
                    {
                        throw new CommandException(2, "BadValue", "cannot use 'w' > 1 when a host is not replicated");
                    }

                    if (field.Value.ToDouble() < 0)
                    {
                        throw new CommandException(9, "FailedToParse", "w has to be a non-negative number and not greater than 50");
                    }

                    break;
                case "w" when field.Value is BsonString mode:
                    if (mode.Value != "majority")
                    {
                        throw new CommandException(2, "BadValue", $"cannot use non-majority 'w' mode {mode.Value} when a host is not a member of a replica set");
                    }

                    break;
                case "w":
                    throw new CommandException(9, "FailedToParse", "w has to be a number or a string");
                // Everything is on disk when it is answered, and there is nobody to wait for.
                case "j" or "fsync" or "wtimeout" or "provenance":
                    break;
                default:
                    throw new CommandException(9, "FailedToParse", $"unrecognized write concern field: {field.Name}");
            }
        }
    }

    [LoggerMessage(EventId = 10, Level = LogLevel.Error, Message = "The command {Command} of connection {Connection} failed.")]
    private static partial void LogFault(ILogger logger, Exception exception, string command, long connection);
}
