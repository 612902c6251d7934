using Mongod.Engine.Storing;
using MongoDB.Bson;

namespace Mongod.Commands;

/// <summary>The fields of a command, or of one of its statements. A field that is not known is refused, never ignored.</summary>
internal sealed class Fields
{
    // What drivers may send with every command.
    private static readonly HashSet<string> Generic = new(StringComparer.Ordinal)
    {
        "lsid", "$clusterTime", "$db", "readConcern", "writeConcern", "apiVersion", "apiStrict", "apiDeprecationErrors", "comment",
        "$readPreference", "maxTimeMS", "txnNumber", "startTransaction", "autocommit", "collation",
    };

    private readonly Dictionary<string, BsonValue> _values = new(StringComparer.Ordinal);
    private readonly string _name;

    /// <param name="name">The name under which messages speak of the fields, such as <c>find</c> or <c>update.updates</c>.</param>
    /// <param name="document">The fields.</param>
    /// <param name="known">The names of those that are known, besides those of every command.</param>
    internal Fields(string name, BsonDocument document, params ReadOnlySpan<string> known)
    {
        _name = name;
        foreach (var element in document)
        {
            if (!known.Contains(element.Name) && (!Generic.Contains(element.Name) || name.Contains('.', StringComparison.Ordinal)))
            {
                throw Errors.Location(40415, $"BSON field '{name}.{element.Name}' is an unknown field.");
            }

            if (!_values.TryAdd(element.Name, element.Value))
            {
                throw Errors.Location(40413, $"BSON field '{name}.{element.Name}' is a duplicate field");
            }
        }

        if (_values.TryGetValue("collation", out var collation)
            && !(collation is BsonDocument c && (c.ElementCount == 0 || (c.ElementCount == 1 && c.GetValue("locale", "") == "simple"))))
        {
            throw Errors.NotImplemented("Only the simple collation is supported");
        }
    }

    internal static Fields Of(Command command, params ReadOnlySpan<string> known)
    {
        var fields = new Fields(command.Name, command.Body, [command.Name, .. known]);
        fields.CheckConcerns();
        return fields;
    }

    /// <summary>When the command gives up.</summary>
    internal Deadline Deadline
    {
        get
        {
            var limit = Count("maxTimeMS");
            return limit <= int.MaxValue
                ? Deadline.After(limit)
                : throw Errors.BadValue($"{limit} value for maxTimeMS is out of range [0, 2147483647]");
        }
    }

    internal bool Has(string name) => _values.ContainsKey(name);

    internal BsonValue? Any(string name) => _values.GetValueOrDefault(name);

    internal BsonDocument? Document(string name) => Typed<BsonDocument>(name, "object");

    internal BsonArray? Array(string name) => Typed<BsonArray>(name, "array");

    internal string? Text(string name) => Typed<BsonString>(name, "string")?.Value;

    internal bool Flag(string name, bool otherwise = false) => Any(name) switch
    {
        null or BsonNull => otherwise,
        BsonBoolean v => v.Value,
        { IsNumeric: true } v => v.ToDouble() != 0,
        var other => throw Wrong(name, other, "bool"),
    };

    /// <summary>A whole number that is not negative; 0 when it is not there.</summary>
    internal long Count(string name) => Any(name) switch
    {
        null or BsonNull => 0,
        { IsNumeric: true } v when v.ToDouble() < 0 =>
            throw Errors.Location(51024, $"BSON field '{name}' value must be >= 0, actual value '{v}'"),
        { IsNumeric: true } v => v is BsonInt32 or BsonInt64 ? v.ToInt64() : (long)Math.Min(v.ToDouble(), long.MaxValue),
        var other => throw Wrong(name, other, "long"),
    };

    /// <summary>The collection that the command's first field names.</summary>
    internal string Collection(string? field = null)
    {
        var value = Any(field ?? _name);
        if (value is not BsonString { Value: var collection })
        {
            throw new CommandException(73, "InvalidNamespace", $"collection name has invalid type {(value is null ? "missing" : Errors.TypeName(value))}");
        }

        return collection.Length is > 0 and <= 255 && collection[0] != '.' && !collection.AsSpan().ContainsAny('$', '\0')
            ? collection
            : throw new CommandException(73, "InvalidNamespace", $"Invalid collection name: {collection}");
    }

    internal BsonValue? Hint()
    {
        var hint = Any("hint");
        return hint is null or BsonString or BsonDocument ? hint : throw Errors.FailedToParse("Hint must be a string or an object");
    }

    internal T Needed<T>(T? value, string name)
        where T : class => value ?? throw Errors.Location(40414, $"BSON field '{_name}.{name}' is missing but a required field");

    private T? Typed<T>(string name, string type)
        where T : BsonValue => Any(name) switch
        {
            null or BsonNull => null,
            T value => value,
            var other => throw Wrong(name, other, type),
        };

    private CommandException Wrong(string name, BsonValue value, string type) =>
        Errors.TypeMismatch($"BSON field '{_name}.{name}' is the wrong type '{Errors.TypeName(value)}', expected type '{type}'");

    private void CheckConcerns()
    {
        if (Has("txnNumber") || Has("startTransaction") || Has("autocommit"))
        {
            throw new CommandException(20, "IllegalOperation", "Transaction numbers are only allowed on a replica set member or mongos");
        }

        if (Document("readConcern") is { } read && read.GetValue("level", "local").ToString() is var level and not ("local" or "majority" or "available"))
        {
            throw level is "snapshot" or "linearizable"
                ? new CommandException(123, "NotAReplicaSet", "node needs to be a replica set member to use read concern")
                : Errors.BadValue($"Enumeration value '{level}' for field 'readConcern.level' is not a valid value.");
        }

        if (Document("writeConcern") is { } write && write.TryGetValue("w", out var nodes)
            && nodes is not (BsonString { Value: "majority" } or BsonInt32 { Value: 0 or 1 } or BsonInt64 { Value: 0 or 1 } or BsonDouble { Value: 0 or 1 }))
        {
            throw Errors.BadValue("cannot use 'w' > 1 when a host is not replicated");
        }
    }
}
