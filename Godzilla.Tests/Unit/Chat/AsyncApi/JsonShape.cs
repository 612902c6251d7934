using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Godzilla.Tests.Unit.Chat.AsyncApi;

/// <summary>
/// The shape of JSON values, in the words of JSON Schema: types, nullability, properties. It is what a serializer writes for a type, or what a
/// document says.
/// </summary>
internal static class JsonShape
{
    /// <summary>What a serializer writes for a type, found by writing values of it.</summary>
    public static JsonObject Written(Type type, JsonSerializerOptions options)
    {
        if (type == typeof(JsonElement))
        {
            return [];
        }

        type = Nullable.GetUnderlyingType(type) ?? type;
        var written = JsonSerializer.SerializeToElement(Sample(type), type, options);
        return written.ValueKind switch
        {
            JsonValueKind.String => Named("string"),
            JsonValueKind.True => Named("boolean"),
            JsonValueKind.Number => Named("integer"),
            JsonValueKind.Array => new JsonObject { ["type"] = "array", ["items"] = Written(ElementOf(type)!, options) },
            _ => WrittenObject(type, written, options),
        };
    }

    /// <summary>The shape of a value that may be null.</summary>
    public static JsonObject OrNull(JsonObject shape)
    {
        shape["type"] = new JsonArray(shape["type"]!.GetValue<string>(), "null");
        return shape;
    }

    /// <summary>What a document says, without limits and descriptions.</summary>
    public static JsonObject Documented(JsonNode schema)
    {
        if (schema["allOf"] is JsonArray all)
        {
            return Documented(Assert.Single(all)!);
        }

        var shape = new JsonObject();
        if (schema["type"] is { } type)
        {
            shape["type"] = type.DeepClone();
        }

        if (schema["items"] is { } items)
        {
            shape["items"] = Documented(items);
        }

        if (schema["properties"] is JsonObject properties)
        {
            shape["properties"] = new JsonObject(properties.Select(property => KeyValuePair.Create(property.Key, (JsonNode?)Documented(property.Value!))));
            shape["required"] = Sorted(schema["required"]?.AsArray().Select(name => name!.GetValue<string>()) ?? []);
            shape["additionalProperties"] = schema["additionalProperties"]?.DeepClone();
        }

        return shape;
    }

    /// <summary>Asserts that two shapes are the same.</summary>
    public static void AssertSame(JsonNode expected, JsonNode documented, string what) => Assert.True(
        JsonNode.DeepEquals(expected, documented), $"{what}\nis         {expected.ToJsonString()}\ndocumented {documented.ToJsonString()}");

    private static JsonObject WrittenObject(Type type, JsonElement written, JsonSerializerOptions options)
    {
        var (properties, required) = (new JsonObject(), new List<string>());
        foreach (var name in written.EnumerateObject().Select(property => property.Name))
        {
            var property = options.GetTypeInfo(type).Properties.Single(property => property.Name == name);
            var shape = Written(property.PropertyType, options);
            if (!property.IsGetNullable)
            {
                required.Add(name);
            }
            else if (JsonSerializer.SerializeToElement(Sample(type, ((PropertyInfo)property.AttributeProvider!).Name), type, options).TryGetProperty(name, out _))
            {
                required.Add(name);
                shape = OrNull(shape);
            }

            properties[name] = shape;
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = Sorted(required), ["additionalProperties"] = false };
    }

    // A value of a type with nothing left out, but for one parameter of a record.
    private static object? Sample(Type type, string? without = null)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return "x";
        }

        if (type == typeof(DateTime))
        {
            return DateTime.UnixEpoch;
        }

        if (type == typeof(JsonElement))
        {
            return JsonSerializer.SerializeToElement(true);
        }

        if (type.IsPrimitive)
        {
            return Convert.ChangeType(1, type);
        }

        if (ElementOf(type) is { } element)
        {
            var array = Array.CreateInstance(element, 1);
            array.SetValue(Sample(element), 0);
            return array;
        }

        var constructor = Assert.Single(type.GetConstructors());
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => parameter.Name == without ? null : Sample(parameter.ParameterType))]);
    }

    private static Type? ElementOf(Type type) => type.IsArray ? type.GetElementType()
        : type.IsGenericType && type.IsAssignableTo(typeof(global::System.Collections.IEnumerable)) ? type.GenericTypeArguments[0]
        : null;

    private static JsonObject Named(string type) => new() { ["type"] = type };

    private static JsonArray Sorted(IEnumerable<string> names) => new([.. names.Order(StringComparer.Ordinal).Select(name => (JsonNode)name)]);
}
