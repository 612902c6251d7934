using System.Text.Json;

namespace Godzilla.Inference.Mini.Json;

/// <summary>
/// Makes of a JSON schema a grammar whose texts are documents that the schema allows, written compactly: the properties in the schema's
/// order, none that it does not name. Not every document that is allowed can be written.
/// </summary>
internal sealed class SchemaGrammar
{
    private static readonly string[] Types = ["object", "array", "string", "number", "integer", "boolean", "null"];

    private const int MaxDepth = 64;

    /// <summary>As many as OpenAI's structured outputs allow properties.</summary>
    private const int MaxParts = 5000;

    private readonly JsonElement _root;
    private readonly Func<string, bool> _isMentioned;
    private readonly Dictionary<string, ReferenceNode> _references = [];
    private int _parts;

    private SchemaGrammar(JsonElement root, Func<string, bool> isMentioned)
    {
        _root = root;
        _isMentioned = isMentioned;
    }

    /// <summary>The grammar of a schema. Of a choice of values, those that <paramref name="isMentioned"/> says the prompt speaks of are likelier.</summary>
    /// <exception cref="SchemaException">The schema is not valid, allows nothing, or has a keyword that would be broken.</exception>
    internal static Node Build(JsonElement schema, Func<string, bool>? isMentioned = null)
    {
        Node root;
        try
        {
            root = new SchemaGrammar(schema, isMentioned ?? (_ => false)).Value(schema, "", "", 0);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or OverflowException)
        {
            // A keyword's value is not of the kind that it must be.
            throw new SchemaException("The schema is not valid.", exception);
        }

        Node.MeasureAll(root);
        return root.Min < Node.Endless ? root : throw new SchemaException("No document of finite length satisfies the schema.");
    }

    private Node Value(JsonElement schema, string name, string description, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new SchemaException("The schema is nested too deeply.");
        }

        if (++_parts > MaxParts)
        {
            throw new SchemaException($"The schema has more than {MaxParts} parts.");
        }

        switch (schema.ValueKind)
        {
            case JsonValueKind.True:
                return Anything(name, description);
            case JsonValueKind.False:
                // Never, which is no error while there is another choice.
                return new ChoiceNode();
            case JsonValueKind.Object:
                break;
            default:
                throw new SchemaException($"A schema must be an object, not {schema.ValueKind}.");
        }

        description = Text(schema, "description") ?? description;
        if (Text(schema, "$ref") is { } reference)
        {
            return Reference(reference, name, description, depth);
        }

        foreach (var keyword in (string[])["not", "if", "dependentSchemas", "dependentRequired", "contains", "patternProperties", "propertyNames"])
        {
            if (schema.TryGetProperty(keyword, out _))
            {
                throw new SchemaException($"'{keyword}' is not supported.");
            }
        }

        foreach (var keyword in (string[])["allOf", "anyOf", "oneOf"])
        {
            if (schema.TryGetProperty(keyword, out var parts))
            {
                return Combined(schema, keyword, parts, name, description, depth);
            }
        }

        if (schema.TryGetProperty("const", out var constant))
        {
            return Literals(schema, [constant]);
        }

        if (schema.TryGetProperty("enum", out var values))
        {
            return values.ValueKind == JsonValueKind.Array && values.GetArrayLength() > 0
                ? Literals(schema, values.EnumerateArray())
                : throw new SchemaException("'enum' must be an array of at least one value.");
        }

        var types = TypesOf(schema);
        var choices = types.Select(type => OfType(schema, type, name, description, depth)).ToArray();
        return choices.Length == 1 ? choices[0] : new ChoiceNode(choices);
    }

    private Node OfType(JsonElement schema, string type, string name, string description, int depth) => type switch
    {
        "object" => new ValueNode(ValueKind.Object, name, description, Object(schema, depth)),
        "array" => new ValueNode(ValueKind.Array, name, description, Array(schema, name, description, depth)),
        "string" => new ValueNode(ValueKind.Text, name, description, String(schema)),
        "integer" or "number" => new ValueNode(
            ValueKind.Number, name, description, NumberGrammar.Build(NumberGrammar.Bounds.Of(schema), type == "integer")),
        "boolean" => new ChoiceNode(new LiteralNode("true"), new LiteralNode("false")),
        "null" => new LiteralNode("null"),
        _ => throw new SchemaException($"'{type}' is not valid under any of the given types."),
    };

    private static string[] TypesOf(JsonElement schema)
    {
        if (schema.TryGetProperty("type", out var type))
        {
            return type.ValueKind switch
            {
                JsonValueKind.String => [type.GetString()!],
                JsonValueKind.Array when type.GetArrayLength() > 0 => [.. type.EnumerateArray().Select(item => item.ToString())],
                _ => throw new SchemaException("'type' must be a name or an array of names."),
            };
        }

        return schema switch
        {
            _ when schema.TryGetProperty("properties", out _) || schema.TryGetProperty("required", out _) => ["object"],
            _ when schema.TryGetProperty("items", out _) || schema.TryGetProperty("minItems", out _) => ["array"],
            _ when schema.TryGetProperty("pattern", out _) || schema.TryGetProperty("minLength", out _) || schema.TryGetProperty("format", out _) => ["string"],
            _ when schema.TryGetProperty("minimum", out _) || schema.TryGetProperty("multipleOf", out _) => ["number"],
            _ => ["string", "number", "boolean", "null"],
        };
    }

    private static ChoiceNode Anything(string name, string description) => new(
        new ValueNode(ValueKind.Text, name, description, Quoted(new TextNode(0, RepeatNode.Unbounded))),
        new LiteralNode("null"));

    private ReferenceNode Reference(string reference, string name, string description, int depth)
    {
        if (_references.TryGetValue(reference, out var known))
        {
            return known;
        }

        // Entered before its target is read: the target may contain it.
        var node = _references[reference] = new();
        node.Target = Value(Resolve(reference), name, description, depth + 1);
        return node;
    }

    private JsonElement Resolve(string reference)
    {
        var element = _root;
        if (reference is not ['#', ..])
        {
            throw new SchemaException($"The reference '{reference}' does not point into the schema.");
        }

        foreach (var part in reference.Split('/').Skip(1))
        {
            var key = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (element.ValueKind == JsonValueKind.Array && int.TryParse(key, out var at) && at >= 0 && at < element.GetArrayLength())
            {
                element = element[at];
            }
            else if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(key, out element))
            {
                throw new SchemaException($"The reference '{reference}' points to nothing.");
            }
        }

        return element;
    }

    // What stands beside a combination holds for each of its parts, so each part is read together with it.
    private Node Combined(JsonElement schema, string keyword, JsonElement parts, string name, string description, int depth)
    {
        if (parts.ValueKind != JsonValueKind.Array || parts.GetArrayLength() == 0)
        {
            throw new SchemaException($"'{keyword}' must be an array of at least one schema.");
        }

        var beside = schema.EnumerateObject().Where(property => property.Name != keyword && property.Name is not ("$defs" or "definitions")).ToList();
        if (keyword == "allOf")
        {
            var all = parts.EnumerateArray().Aggregate(ToElement(beside), Merge);
            return Value(all, name, description, depth + 1);
        }

        var isPlain = beside.TrueForAll(property => property.Name is "description" or "title" or "default" or "$schema");
        return new ChoiceNode([.. parts.EnumerateArray()
            .Select(part => Value(isPlain ? part : Merge(ToElement(beside), part), name, description, depth + 1))]);
    }

    private static JsonElement ToElement(IEnumerable<JsonProperty> properties) =>
        JsonSerializer.SerializeToElement(Members(properties));

    // Of two with the same name the last counts, as for JsonElement.
    private static Dictionary<string, JsonElement> Members(IEnumerable<JsonProperty> properties)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in properties)
        {
            members[property.Name] = property.Value;
        }

        return members;
    }

    private JsonElement Merge(JsonElement one, JsonElement other)
    {
        for (var hops = 0; other.ValueKind == JsonValueKind.Object && Text(other, "$ref") is { } reference; hops++)
        {
            other = hops < MaxDepth ? Resolve(reference) : throw new SchemaException($"The reference '{reference}' points to itself.");
        }

        if (other.ValueKind != JsonValueKind.Object)
        {
            return other.ValueKind == JsonValueKind.True ? one : other;
        }

        var merged = Members(one.EnumerateObject());
        foreach (var property in other.EnumerateObject())
        {
            merged[property.Name] = !merged.TryGetValue(property.Name, out var present) ? property.Value : property.Name switch
            {
                "properties" => Merge(present, property.Value),
                "required" => JsonSerializer.SerializeToElement(present.EnumerateArray().Concat(property.Value.EnumerateArray()).Select(item => item.GetString()).Distinct()),
                "description" or "title" => property.Value,
                _ when JsonElement.DeepEquals(present, property.Value) => present,
                _ => throw new SchemaException($"'{property.Name}' is given twice by schemas that hold together."),
            };
        }

        return JsonSerializer.SerializeToElement(merged);
    }

    private ChoiceNode Literals(JsonElement schema, IEnumerable<JsonElement> values)
    {
        var types = schema.TryGetProperty("type", out _) ? TypesOf(schema) : Types;
        return new([.. values
            .Where(value => types.Any(type => IsOfType(value, type)))
            .Select(value => new LiteralNode(
                System.Text.Encoding.UTF8.GetBytes(JsonText.Of(value)),
                value.ValueKind == JsonValueKind.String && _isMentioned(value.GetString()!)))]);
    }

    private static bool IsOfType(JsonElement value, string type) => value.ValueKind switch
    {
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        JsonValueKind.Number => type == "number" || (type == "integer" && value.TryGetDecimal(out var number) && number == Math.Truncate(number)),
        JsonValueKind.Null => type == "null",
        _ => type == "boolean",
    };

    private SequenceNode Object(JsonElement schema, int depth)
    {
        var properties = new List<(string Name, Node Value, bool IsRequired)>();
        var required = schema.TryGetProperty("required", out var names) && names.ValueKind == JsonValueKind.Array
            ? names.EnumerateArray().Select(name => name.ToString()).ToHashSet()
            : [];
        if (schema.TryGetProperty("properties", out var declared))
        {
            foreach (var property in declared.ValueKind == JsonValueKind.Object ? declared.EnumerateObject() : throw new SchemaException("'properties' must be an object."))
            {
                properties.Add((property.Name, Value(property.Value, property.Name, "", depth + 1), required.Remove(property.Name)));
            }
        }

        // What has no declaration is as additionalProperties says.
        var others = schema.TryGetProperty("additionalProperties", out var additional) ? additional : JsonSerializer.SerializeToElement(true);
        properties.AddRange(required.Select(name => (name, Value(others, name, "", depth + 1), true)));
        var least = Count(schema, "minProperties") ?? 0;
        for (var at = properties.Count + 1; at <= least; at++)
        {
            properties.Add(($"key{at}", Value(others, $"key{at}", "", depth + 1), true));
        }

        for (var at = 0; at < properties.Count && properties.Count(property => property.IsRequired) < least; at++)
        {
            properties[at] = properties[at] with { IsRequired = true };
        }

        var most = Count(schema, "maxProperties") ?? int.MaxValue;
        if (properties.Count > most)
        {
            properties.RemoveAll(property => !property.IsRequired);
        }

        return new(new LiteralNode("{"), Members(properties), new LiteralNode("}"));
    }

    // From the last to the first: what follows a property depends only on whether one stands before it.
    private static Node Members(List<(string Name, Node Value, bool IsRequired)> properties)
    {
        Node first = new LiteralNode("");
        Node further = first;
        for (var at = properties.Count - 1; at >= 0; at--)
        {
            var (name, value, isRequired) = properties[at];
            var key = $"{JsonText.Of(name)}:";
            Node withFirst = new SequenceNode(new LiteralNode(key), value, further);
            Node withFurther = new SequenceNode(new LiteralNode($",{key}"), value, further);
            first = isRequired ? withFirst : new ChoiceNode(withFirst, first);
            further = isRequired ? withFurther : new ChoiceNode(withFurther, further);
        }

        return first;
    }

    private SequenceNode Array(JsonElement schema, string name, string description, int depth)
    {
        var least = Count(schema, "minItems") ?? 0;
        var most = Count(schema, "maxItems") ?? int.MaxValue;
        if (schema.TryGetProperty("uniqueItems", out var unique) && unique.ValueKind == JsonValueKind.True)
        {
            // One item is always unique; more cannot be promised.
            most = least <= 1 ? Math.Min(most, 1) : throw new SchemaException("'uniqueItems' with more than one item is not supported.");
        }

        var prefix = schema.TryGetProperty("prefixItems", out var first) && first.ValueKind == JsonValueKind.Array
            ? first.EnumerateArray().Select(item => Value(item, name, description, depth + 1)).ToList()
            : [];
        var item = schema.TryGetProperty("items", out var items) ? Value(items, name, description, depth + 1) : Anything(name, description);
        if (prefix.Count > 0)
        {
            var count = Math.Min(Math.Max(least, prefix.Count), most);
            var fixedItems = Enumerable.Range(0, count).SelectMany(at => (Node[])[new LiteralNode(at == 0 ? "" : ","), at < prefix.Count ? prefix[at] : item]);
            return new([new LiteralNode("["), .. fixedItems, new LiteralNode("]")]);
        }

        if (most < least)
        {
            return new(new ChoiceNode());
        }

        var further = new RepeatNode(new SequenceNode(new LiteralNode(","), item), Math.Max(0, least - 1), most == int.MaxValue ? RepeatNode.Unbounded : Math.Max(0, most - 1));
        Node all = new SequenceNode(item, further);
        return new(new LiteralNode("["), most == 0 ? new LiteralNode("") : least > 0 ? all : new ChoiceNode(new LiteralNode(""), all), new LiteralNode("]"));
    }

    private static SequenceNode String(JsonElement schema)
    {
        var least = Count(schema, "minLength") ?? 0;
        var most = Count(schema, "maxLength") ?? RepeatNode.Unbounded;
        var isBounded = least > 0 || most != RepeatNode.Unbounded;
        if (Text(schema, "pattern") is { } pattern)
        {
            return !isBounded
                ? Quoted(PatternGrammar.Build(pattern))
                : throw new SchemaException("'pattern' together with 'minLength' or 'maxLength' is not supported.");
        }

        if (Text(schema, "format") is { } format && FormatGrammar.Build(format) is { } formatted)
        {
            return !isBounded
                ? Quoted(formatted)
                : throw new SchemaException("'format' together with 'minLength' or 'maxLength' is not supported.");
        }

        return Quoted(new TextNode(least, most));
    }

    private static SequenceNode Quoted(Node node) => new(new LiteralNode("\""), node, new LiteralNode("\""));

    private static string? Text(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int? Count(JsonElement schema, string name) =>
        schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            ? value.TryGetInt32(out var count) && count >= 0 ? count : value.TryGetDouble(out var number) && number >= 0 ? (int)Math.Min(number, int.MaxValue) : throw new SchemaException($"'{name}' must be a number that is not negative.")
            : null;
}
