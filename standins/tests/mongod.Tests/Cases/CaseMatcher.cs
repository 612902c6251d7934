using MongoDB.Bson;

namespace Mongod.Tests.Cases;

/// <summary>
/// Compares a reply with what is expected of it. Of a document, every expected field must be there; an array must be the whole array; numbers
/// are compared by value. A cursor's documents must be exactly the expected ones.
/// <c>{"$$exists": true}</c> and <c>{"$$type": "objectId"}</c> stand for values that are not known.
/// </summary>
internal static class CaseMatcher
{
    /// <summary>The first difference, or null.</summary>
    internal static string? Difference(BsonValue expected, BsonValue? actual, string path = "$") => Compare(expected, actual, path, exact: false);

    /// <summary>The first difference, where further fields are one too, or null.</summary>
    internal static string? ExactDifference(BsonValue expected, BsonValue? actual, string path = "$") => Compare(expected, actual, path, exact: true);

    private static string? Compare(BsonValue expected, BsonValue? actual, string path, bool exact)
    {
        if (expected is BsonDocument { ElementCount: 1 } wanted && wanted.GetElement(0) is { Name: "$$exists" or "$$type" } special)
        {
            return special.Name == "$$exists"
                ? special.Value.AsBoolean == actual is not null ? null : $"{path}: {(actual is null ? "is missing" : $"is there: {actual.ToJson()}")}"
                : actual is not null && string.Equals(TypeName(actual), special.Value.AsString, StringComparison.OrdinalIgnoreCase) ? null : $"{path}: expected a {special.Value}, is {actual?.ToJson() ?? "missing"}";
        }

        return (expected, actual) switch
        {
            (_, null) => $"{path}: is missing",
            (BsonDocument e, BsonDocument a) => CompareDocuments(e, a, path, exact),
            (BsonArray e, BsonArray a) => e.Count != a.Count
                ? $"{path}: expected {e.Count} elements, are {a.Count}"
                : e.Select((value, i) => Compare(value, a[i], $"{path}[{i}]", exact)).FirstOrDefault(d => d is not null),
            _ => Same(expected, actual) ? null : $"{path}: expected {expected.ToJson()}, is {actual.ToJson()}",
        };
    }

    private static string? CompareDocuments(BsonDocument expected, BsonDocument actual, string path, bool exact)
    {
        if (exact && expected.Names.Where(n => !(expected[n] is BsonDocument d && d.Contains("$$exists") && d["$$exists"] == false)).ToArray() is var names
            && !names.SequenceEqual(actual.Names))
        {
            return $"{path}: expected the fields {string.Join(", ", names)}, are {string.Join(", ", actual.Names)}";
        }

        foreach (var field in expected)
        {
            var isBatch = field.Name is "firstBatch" or "nextBatch";
            if (Compare(field.Value, actual.GetValue(field.Name, null), $"{path}.{field.Name}", exact || isBatch) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private static bool Same(BsonValue expected, BsonValue actual)
    {
        if (expected.IsNumeric && actual.IsNumeric)
        {
            return (expected.IsDouble && double.IsNaN(expected.AsDouble)) ? actual.IsDouble && double.IsNaN(actual.AsDouble) : expected.CompareTo(actual) == 0;
        }

        return expected.BsonType == actual.BsonType && expected.Equals(actual);
    }

    private static string TypeName(BsonValue value) => value.BsonType switch
    {
        BsonType.Int32 => "int",
        BsonType.Int64 => "long",
        BsonType.Document => "object",
        BsonType.DateTime => "date",
        BsonType.Boolean => "bool",
        BsonType.Binary => "binData",
        BsonType.RegularExpression => "regex",
        BsonType.Decimal128 => "decimal",
        var other => other.ToString(),
    };
}
