using MongoDB.Bson;

namespace Mongod.Commands;

/// <summary>A command that MongoDB refuses, with its code, code name and message.</summary>
internal sealed class CommandException(int code, string codeName, string message, BsonDocument? details = null) : Exception(message)
{
    internal int Code => code;

    internal string CodeName => codeName;

    /// <summary>Further fields of the error reply, such as <c>keyPattern</c>.</summary>
    internal BsonDocument? Details => details;
}
