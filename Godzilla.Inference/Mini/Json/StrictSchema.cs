using System.Text.Json;

namespace Godzilla.Inference.Mini.Json;

/// <summary>What OpenAI's structured outputs demand of a schema with <c>strict: true</c>.</summary>
internal static class StrictSchema
{
    private static readonly string[] Refused =
    [
        "allOf", "oneOf", "not", "dependentRequired", "dependentSchemas", "if", "then", "else", "patternProperties", "unevaluatedProperties",
        "propertyNames", "minProperties", "maxProperties", "unevaluatedItems", "contains", "minContains", "maxContains", "uniqueItems",
        "prefixItems",
    ];

    /// <summary>The first rule that the schema breaks, in words for its author; null if there is none.</summary>
    internal static string? Violation(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return "schema must be an object.";
        }

        if (schema.TryGetProperty("anyOf", out _))
        {
            return "In context=(), 'anyOf' is not permitted at the root.";
        }

        // The root may be a reference to a definition.
        if (!schema.TryGetProperty("$ref", out _) && !(schema.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("object")))
        {
            return "schema must have type 'object' at the root.";
        }

        return Violation(schema, []);
    }

    private static string? Violation(JsonElement schema, string[] path)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return $"In {Context(path)}, the schema must be an object.";
        }

        if (Refused.FirstOrDefault(keyword => schema.TryGetProperty(keyword, out _)) is { } refused)
        {
            return $"In {Context(path)}, '{refused}' is not permitted.";
        }

        var hasProperties = schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object;
        if (hasProperties || IsObject(schema))
        {
            if (!schema.TryGetProperty("additionalProperties", out var additional) || additional.ValueKind != JsonValueKind.False)
            {
                return $"In {Context(path)}, 'additionalProperties' is required to be supplied and to be false.";
            }

            var required = schema.TryGetProperty("required", out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Where(name => name.ValueKind == JsonValueKind.String).Select(name => name.GetString()!).ToHashSet()
                : [];
            foreach (var property in hasProperties ? properties.EnumerateObject() : default)
            {
                if (!required.Contains(property.Name))
                {
                    return $"In {Context(path)}, 'required' is required to be supplied and to be an array including every key in properties. Missing '{property.Name}'.";
                }

                if (Violation(property.Value, [.. path, "properties", property.Name]) is { } violation)
                {
                    return violation;
                }
            }
        }

        if (IsArray(schema) && !schema.TryGetProperty("items", out _))
        {
            return $"In {Context(path)}, array schema missing items.";
        }

        return Nested(schema, path);
    }

    private static string? Nested(JsonElement schema, string[] path)
    {
        if (schema.TryGetProperty("items", out var items) && Violation(items, [.. path, "items"]) is { } wrongItem)
        {
            return wrongItem;
        }

        if (schema.TryGetProperty("anyOf", out var choices) && choices.ValueKind == JsonValueKind.Array)
        {
            var at = 0;
            foreach (var choice in choices.EnumerateArray())
            {
                if (Violation(choice, [.. path, "anyOf", $"{at++}"]) is { } violation)
                {
                    return violation;
                }
            }
        }

        foreach (var section in (string[])["$defs", "definitions"])
        {
            foreach (var definition in schema.TryGetProperty(section, out var all) && all.ValueKind == JsonValueKind.Object ? all.EnumerateObject() : default)
            {
                if (Violation(definition.Value, [.. path, section, definition.Name]) is { } violation)
                {
                    return violation;
                }
            }
        }

        return null;
    }

    private static bool IsObject(JsonElement schema) => HasType(schema, "object");

    private static bool IsArray(JsonElement schema) => HasType(schema, "array");

    private static bool HasType(JsonElement schema, string name) =>
        schema.TryGetProperty("type", out var type)
        && (type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.ValueEquals(name)) : type.ValueKind == JsonValueKind.String && type.ValueEquals(name));

    private static string Context(string[] path) => $"context=({string.Join(", ", path.Select(part => $"'{part}'"))})";
}
