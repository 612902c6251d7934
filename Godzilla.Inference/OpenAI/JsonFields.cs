using System.Globalization;
using System.Text.Json;

namespace Godzilla.Inference.OpenAI;

/// <summary>
/// Reads the parameters of a JSON object. A parameter that is <c>null</c> is as if absent, one that nobody asks for is ignored, and one that
/// is wrong is an error that names it.
/// </summary>
/// <param name="json">The object.</param>
/// <param name="path">Where it is in the body; empty for the body itself.</param>
internal readonly struct JsonFields(JsonElement json, string path = "")
{
    public JsonElement Json => json;

    /// <summary>The body of a request.</summary>
    /// <exception cref="OpenAIException">It is no JSON object.</exception>
    public static JsonFields Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = UnicodeJson.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonFields(document.RootElement.Clone())
                : throw OpenAIException.Invalid("The body must be a JSON object.", param: null, code: null);
        }
        catch (JsonException exception)
        {
            var reason = exception.LineNumber is null
                ? "a name or a string is not valid Unicode"
                : string.Create(CultureInfo.InvariantCulture, $"see line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
            throw OpenAIException.Invalid($"The body is not valid JSON: {reason}.", param: null, code: null);
        }
    }

    /// <summary>The name of one of its parameters in errors.</summary>
    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>A parameter as it came; <see langword="null"/> if it is absent.</summary>
    public JsonElement? Find(string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string? FindString(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw WrongType(name, "a string", value);

    public string String(string name) => FindString(name) ?? throw Missing(name);

    public bool? FindBoolean(string name) => Find(name) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw WrongType(name, "true or false", value);

    public int? FindInteger(string name, int min, int max) => FindLong(name, min, max) is { } value ? (int)value : null;

    public long? FindLong(string name, long min = long.MinValue, long max = long.MaxValue)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
        {
            throw WrongType(name, "an integer", value);
        }

        return number < min ? throw OutOfRange(name, min, max, "integer_below_min_value")
            : number > max ? throw OutOfRange(name, min, max, "integer_above_max_value")
            : number;
    }

    public float? FindNumber(string name, double min, double max)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number))
        {
            throw WrongType(name, "a number", value);
        }

        return number < min ? throw OutOfRange(name, min, max, "decimal_below_min_value")
            : number > max ? throw OutOfRange(name, min, max, "decimal_above_max_value")
            : (float)number;
    }

    public JsonFields? FindObject(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new JsonFields(value, PathOf(name))
        : throw WrongType(name, "an object", value);

    public JsonFields Object(string name) => FindObject(name) ?? throw Missing(name);

    /// <summary>A list of objects.</summary>
    public IReadOnlyList<JsonFields>? FindObjects(string name, int max)
    {
        if (FindArray(name, max) is not { } array)
        {
            return null;
        }

        var (items, itself) = (new List<JsonFields>(array.GetArrayLength()), PathOf(name));
        foreach (var item in array.EnumerateArray())
        {
            var itemPath = string.Create(CultureInfo.InvariantCulture, $"{itself}[{items.Count}]");
            items.Add(item.ValueKind == JsonValueKind.Object
                ? new JsonFields(item, itemPath)
                : throw WrongTypeAt(itemPath, "an object", item));
        }

        return items;
    }

    public JsonElement? FindArray(string name, int max)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw WrongType(name, "an array", value);
        }

        return value.GetArrayLength() <= max
            ? value
            : throw OpenAIException.Invalid(
                string.Create(CultureInfo.InvariantCulture, $"'{PathOf(name)}' has {value.GetArrayLength()} items; it may have {max}."), PathOf(name), "array_above_max_length");
    }

    /// <summary>One of some words.</summary>
    public string? FindWord(string name, params ReadOnlySpan<string> words)
    {
        var value = FindString(name);
        return value is null || words.Contains(value)
            ? value
            : throw Invalid(name, $"'{PathOf(name)}' must be one of {string.Join(", ", words!)}.");
    }

    public OpenAIException Missing(string name) =>
        OpenAIException.Invalid($"'{PathOf(name)}' is required.", PathOf(name), "missing_required_parameter");

    public OpenAIException Invalid(string name, string message) => OpenAIException.Invalid(message, PathOf(name), "invalid_value");

    public OpenAIException WrongType(string name, string expected, JsonElement actual) => WrongTypeAt(PathOf(name), expected, actual);

    public static OpenAIException WrongTypeAt(string path, string expected, JsonElement actual) =>
        OpenAIException.Invalid($"'{path}' must be {expected}, not {Describe(actual)}.", path, "invalid_type");

    private OpenAIException OutOfRange(string name, IFormattable min, IFormattable max, string code) => OpenAIException.Invalid(
        $"'{PathOf(name)}' must be between {min.ToString(format: null, CultureInfo.InvariantCulture)} and {max.ToString(format: null, CultureInfo.InvariantCulture)}.",
        PathOf(name),
        code);

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        _ => "null",
    };
}
