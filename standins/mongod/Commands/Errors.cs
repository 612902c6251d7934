using MongoDB.Bson;

namespace Mongod.Commands;

/// <summary>The errors that more than one place throws.</summary>
internal static class Errors
{
    internal static CommandException BadValue(string message) => new(2, "BadValue", message);

    internal static CommandException FailedToParse(string message) => new(9, "FailedToParse", message);

    internal static CommandException TypeMismatch(string message) => new(14, "TypeMismatch", message);

    internal static CommandException InvalidOptions(string message) => new(72, "InvalidOptions", message);

    internal static CommandException NotImplemented(string message) => new(238, "NotImplemented", message);

    internal static CommandException Location(int code, string message) => new(code, $"Location{code}", message);

    internal static CommandException Timeout() => new(50, "MaxTimeMSExpired", "operation exceeded time limit");

    internal static CommandException NoCollection(string database, string collection) =>
        new(26, "NamespaceNotFound", $"ns does not exist: {database}.{collection}");

    /// <summary>The name of a type as MongoDB's messages and <c>$type</c> give it.</summary>
    internal static string TypeName(BsonValue value) => value.BsonType switch
    {
        BsonType.Document => "object",
        BsonType.Binary => "binData",
        BsonType.Boolean => "bool",
        BsonType.DateTime => "date",
        BsonType.Int32 => "int",
        BsonType.Int64 => "long",
        BsonType.Decimal128 => "decimal",
        BsonType.RegularExpression => "regex",
        BsonType.ObjectId => "objectId",
        BsonType.JavaScript => "javascript",
        BsonType.JavaScriptWithScope => "javascriptWithScope",
        var type => char.ToLowerInvariant(type.ToString()[0]) + type.ToString()[1..],
    };
}
