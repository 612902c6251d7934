using Mongod.Engine.Matching;
using Mongod.Engine.Storing;
using MongoDB.Bson;

namespace Mongod.Commands;

/// <summary>Reads the specification of an index, and refuses what this server cannot keep.</summary>
internal static class IndexParser
{
    private const int MostFields = 32;

    internal static IndexSpecification Parse(BsonDocument document)
    {
        foreach (var name in document.Names)
        {
            switch (name)
            {
                case "key" or "name" or "unique" or "sparse" or "partialFilterExpression" or "expireAfterSeconds" or "background" or "v" or "ns"
                    or "hidden" or "collation":
                    break;
                case "weights" or "default_language" or "language_override" or "textIndexVersion" or "2dsphereIndexVersion" or "bits" or "min" or "max"
                    or "bucketSize" or "storageEngine" or "wildcardProjection" or "clustered" or "prepareUnique":
                    throw Errors.NotImplemented($"The index option {name} is not supported");
                default:
                    throw new CommandException(
                        197, "InvalidIndexSpecificationOption", $"The field '{name}' is not valid for an index specification. Specification: {document}");
            }
        }

        var fields = new Fields("createIndexes.indexes", document, [.. document.Names]);
        var keys = fields.Document("key") ?? throw Errors.FailedToParse($"The 'key' field is a required property of an index specification, but it is missing from {document}");
        var given = fields.Text("name") ?? throw Errors.FailedToParse($"The 'name' field is a required property of an index specification, but it is missing from {document}");
        if (fields.Flag("hidden"))
        {
            throw Errors.NotImplemented("Hidden indexes are not supported");
        }

        if (document.TryGetValue("v", out var version) && version is not { IsNumeric: true } | version.ToDouble() is not (1 or 2))
        {
            throw Cannot($"Invalid index specification {document}; cannot create an index with v={version}");
        }

        var partial = fields.Document("partialFilterExpression");
        var specification = new IndexSpecification(given, Keys(keys), fields.Flag("unique"), fields.Flag("sparse"), partial, Seconds(fields, keys));
        if (given.Length == 0 || given == "*")
        {
            throw Cannot($"The index name '{given}' is not valid");
        }

        if (partial != null)
        {
            if (specification.Sparse)
            {
                throw Cannot("cannot mix \"partialFilterExpression\" and \"sparse\" options");
            }

            _ = new Matcher(partial);
            CheckPartial(partial, 0);
        }

        return specification;
    }

    private static BsonDocument Keys(BsonDocument keys)
    {
        if (keys.ElementCount is 0 or > MostFields)
        {
            throw Cannot(keys.ElementCount == 0 ? "Index keys cannot be an empty object" : "too many compound keys");
        }

        var result = new BsonDocument();
        foreach (var key in keys)
        {
            if (key.Name == "$**" || key.Name.EndsWith(".$**", StringComparison.Ordinal) || key.Value is BsonString { Value: "text" or "hashed" or "2d" or "2dsphere" })
            {
                throw Errors.NotImplemented($"An index with the key {key.Name}: {key.Value} is not supported");
            }

            if (key.Name.Split('.').Any(part => part.Length == 0 || part.StartsWith('$')))
            {
                throw Cannot(key.Name.Length == 0 ? "Index keys cannot be an empty field." : $"Index key contains an illegal field name: '{key.Name}'.");
            }

            if (key.Name.Split('.').Any(part => PathValues.IsPosition(part, out _)))
            {
                throw Errors.NotImplemented($"An index on the array position '{key.Name}' is not supported");
            }

            if (!key.Value.IsNumeric)
            {
                throw Cannot(key.Value is BsonString
                    ? $"Unknown index plugin '{key.Value}'"
                    : $"Values in v:2 index key pattern cannot be of type {Errors.TypeName(key.Value)}. Only numbers > 0, numbers < 0, and strings are allowed.");
            }

            var direction = key.Value.ToDouble();
            if (direction == 0 || double.IsNaN(direction))
            {
                throw Cannot("Values in the index key pattern cannot be 0.");
            }

            if (result.Contains(key.Name))
            {
                throw Cannot($"Index key pattern has the field '{key.Name}' twice");
            }

            result.Add(key.Name, direction > 0 ? 1 : -1);
        }

        return result;
    }

    private static long? Seconds(Fields fields, BsonDocument keys)
    {
        if (fields.Any("expireAfterSeconds") is not { } given)
        {
            return null;
        }

        if (!given.IsNumeric || given.ToDouble() is not (>= 0 and <= int.MaxValue))
        {
            throw Cannot("TTL index 'expireAfterSeconds' option must be a number within an acceptable range");
        }

        return keys.ElementCount == 1 && !keys.Contains("_id")
            ? given.ToInt64()
            : throw Cannot(keys.Contains("_id") && keys.ElementCount == 1
                ? "The field 'expireAfterSeconds' is not valid for an _id index specification"
                : "TTL indexes are single-field indexes, compound indexes do not support TTL");
    }

    private static void CheckPartial(BsonDocument filter, int depth)
    {
        foreach (var element in filter)
        {
            if (element.Name is "$and" or "$or")
            {
                foreach (var part in element.Value.AsBsonArray)
                {
                    CheckPartial(part.AsBsonDocument, depth + 1);
                }
            }
            else if (element.Name.StartsWith('$'))
            {
                throw Cannot($"Expression not supported in partial index: {element.Name}");
            }
            else if (element.Value is BsonRegularExpression)
            {
                throw Cannot("Expression not supported in partial index: $regex");
            }
            else if (element.Value is BsonDocument operators && Matcher.IsOperator(operators)
                && operators.FirstOrDefault(o => !(o.Name is "$eq" or "$gt" or "$gte" or "$lt" or "$lte" or "$type" or "$in"
                    || (o.Name == "$exists" && o.Value.ToBoolean()))) is { Name: not null } refused)
            {
                throw Cannot($"Expression not supported in partial index: {refused.Name}");
            }
        }
    }

    private static CommandException Cannot(string message) => new(67, "CannotCreateIndex", message);
}
