using Mongod.Commands;
using Mongod.Engine.Matching;
using Mongod.Engine.Planning;
using MongoDB.Bson;

namespace Mongod.Engine.Updating;

/// <summary>What each update operator takes. An argument is wrong whether or not a document has the field.</summary>
internal static class Arguments
{
    internal static void Check(string name, BsonElement field)
    {
        var value = field.Value;
        switch (name)
        {
            case "$inc" or "$mul" when !value.IsNumeric:
                throw Errors.TypeMismatch(
                    $"Cannot {(name == "$inc" ? "increment" : "multiply")} with non-numeric argument: {new BsonDocument(field.Name, value)}");
            case "$rename" when value is not BsonString:
                throw Errors.BadValue($"The 'to' field for $rename must be a string: {field.Name}: {value}");
            case "$rename" when value.AsString.Contains('\0', StringComparison.Ordinal):
                throw Errors.BadValue("The 'to' field for $rename cannot contain an embedded null byte");
            case "$rename" when value == field.Name:
                throw Errors.BadValue($"The source and target field for $rename must differ: {field.Name}: {value}");
            case "$pop" when !value.IsNumeric || value.ToDouble() is not (1 or -1):
                throw Errors.FailedToParse($"$pop expects 1 or -1, found: {value}");
            case "$pullAll" when value is not BsonArray:
                throw Errors.BadValue($"$pullAll requires an array argument but was given a {Errors.TypeName(value)}");
            case "$pull":
                Matcher.ItemTest(value);
                break;
            case "$currentDate":
                CheckDate(value);
                break;
            case "$bit":
                CheckBits(value);
                break;
            case "$addToSet" when value is BsonDocument { ElementCount: > 0 } each && each.GetElement(0).Name == "$each":
                if (each[0] is not BsonArray)
                {
                    throw Errors.TypeMismatch($"The argument to $each in $addToSet must be an array but it was of type {Errors.TypeName(each[0])}");
                }

                if (each.ElementCount > 1)
                {
                    throw Errors.BadValue($"Found unexpected fields after $each in $addToSet: {each}");
                }

                break;
            case "$push" when value is BsonDocument push && push.Contains("$each"):
                CheckPush(push);
                break;
        }
    }

    private static void CheckPush(BsonDocument push)
    {
        foreach (var (name, value) in push.Select(e => (e.Name, e.Value)))
        {
            switch (name)
            {
                case "$each" when value is not BsonArray:
                    throw Errors.BadValue($"The argument to $each in $push must be an array but it was of type: {Errors.TypeName(value)}");
                case "$position" or "$slice" when !value.IsNumeric || value.ToDouble() != Math.Floor(value.ToDouble()):
                    throw Errors.BadValue($"The value for {name} must be an integer value but was given type: {Errors.TypeName(value)}");
                case "$sort" when value is BsonDocument fields:
                    _ = SortOrder.Parse(fields) ?? throw Errors.BadValue("The $sort pattern is empty when it should be a set of fields.");
                    break;
                case "$sort" when !value.IsNumeric || value.ToDouble() is not (1 or -1):
                    throw Errors.BadValue("The $sort element value must be either 1 or -1");
                case not ("$each" or "$position" or "$slice" or "$sort"):
                    throw Errors.BadValue($"Unrecognized clause in $push: {name}");
            }
        }
    }

    private static void CheckDate(BsonValue value)
    {
        if (value is not (BsonBoolean or BsonDocument))
        {
            throw Errors.BadValue(
                $"{Errors.TypeName(value)} is not valid type for $currentDate. Please use a boolean ('true') or a $type expression ({{$type: 'timestamp/date'}}).");
        }

        if (value is BsonDocument document)
        {
            if (document.Names.FirstOrDefault(n => n != "$type") is { } unknown)
            {
                throw Errors.BadValue($"Unrecognized $currentDate option: {unknown}");
            }

            if (document.ElementCount == 0 || document[0] is not BsonString { Value: "date" or "timestamp" })
            {
                throw Errors.BadValue("The '$type' string field is required to be 'date' or 'timestamp': {$currentDate: {field : {$type: 'date'}}}");
            }
        }
    }

    private static void CheckBits(BsonValue value)
    {
        if (value is not BsonDocument { ElementCount: > 0 } bits)
        {
            throw Errors.BadValue("You must pass in at least one bitwise operation. The $bit modifier is not compatible with a " + Errors.TypeName(value));
        }

        foreach (var bit in bits)
        {
            if (bit.Name is not ("and" or "or" or "xor"))
            {
                throw Errors.BadValue($"The $bit modifier only supports 'and', 'or', and 'xor', not '{bit.Name}' which is an unknown operator: {{{bit}}}");
            }

            if (bit.Value is not (BsonInt32 or BsonInt64))
            {
                throw Errors.BadValue($"The $bit modifier field must be an Integer(32/64 bit); a '{Errors.TypeName(bit.Value)}' is not supported here");
            }
        }
    }
}
