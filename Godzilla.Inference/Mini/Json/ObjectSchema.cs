using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Godzilla.Inference.Mini.Json;

/// <summary>For json_object, which has no schema: an object with the keys that the prompt shows or lists, else with an answer.</summary>
internal static partial class ObjectSchema
{
    internal static JsonElement Of(IEnumerable<string> texts)
    {
        var properties = new JsonObject();
        foreach (var text in texts)
        {
            foreach (Match match in Example().Matches(text))
            {
                properties[match.Groups["key"].Value] = Type(match.Groups["value"].ValueSpan);
            }

            foreach (var key in List().Matches(text).SelectMany(match => match.Groups["key"].Captures))
            {
                properties.TryAdd(key.Value, Type(""));
            }
        }

        if (properties.Count == 0)
        {
            properties["answer"] = Type("");
        }

        return JsonSerializer.SerializeToElement(new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray([.. properties.Select(property => (JsonNode)property.Key)]),
            ["properties"] = properties,
        });
    }

    private static JsonObject Type(ReadOnlySpan<char> example) => (example.IsEmpty ? '"' : example[0]) switch
    {
        '[' => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } },
        't' or 'f' => new() { ["type"] = "boolean" },
        >= '0' and <= '9' or '-' => new() { ["type"] = "number" },
        _ => new() { ["type"] = "string" },
    };

    [GeneratedRegex("\"(?<key>[A-Za-z_][\\w-]{0,40})\"\\s*:\\s*(?<value>[\"\\d\\[tf-]?)")]
    private static partial Regex Example();

    [GeneratedRegex("\\b(?:keys?|fields?|properties)(?: (?:named|called|are|of))?:? [\"'`]?(?<key>[A-Za-z_]\\w*)[\"'`]?(?:(?:, and |, | and )[\"'`]?(?<key>[A-Za-z_]\\w*)[\"'`]?)*")]
    private static partial Regex List();
}
