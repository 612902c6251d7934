using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Godzilla.Inference.Tokens;

/// <summary>
/// The tokens of declared functions in a prompt, by the rules that OpenAI's cookbook gives for models with the o200k vocabulary
/// ("How to count tokens with tiktoken", tool calls).
/// </summary>
internal static class ToolTokens
{
    private const int PerFunction = 7;
    private const int PerObject = 3;
    private const int PerProperty = 3;
    private const int PerEnum = -3;
    private const int PerValue = 3;
    private const int End = 12;

    internal static int Count(IEnumerable<AIFunctionDeclaration> functions, Func<string, int> count)
    {
        var total = 0;
        foreach (var function in functions)
        {
            total += PerFunction + count($"{function.Name}:{function.Description.TrimEnd('.')}");
            if (Member(function.JsonSchema, "properties") is { ValueKind: JsonValueKind.Object } properties)
            {
                total += Properties(properties, count);
            }
        }

        return total == 0 ? 0 : total + End;
    }

    /// <summary>The arguments of a call as JSON.</summary>
    internal static string Arguments(FunctionCallContent call) =>
        call.RawRepresentation as string ?? JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>(), AIJsonUtilities.DefaultOptions);

    private static int Properties(JsonElement properties, Func<string, int> count)
    {
        var total = PerObject;
        foreach (var property in properties.EnumerateObject())
        {
            var type = Member(property.Value, "type") is { ValueKind: JsonValueKind.String } name ? name.GetString() : "";
            var description = Member(property.Value, "description") is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";
            total += PerProperty + count($"{property.Name}:{type}:{description.TrimEnd('.')}");
            if (Member(property.Value, "enum") is { ValueKind: JsonValueKind.Array } values)
            {
                total += PerEnum + values.EnumerateArray().Sum(value => PerValue + count(value.ToString()));
            }

            if (Member(property.Value, "properties") is { ValueKind: JsonValueKind.Object } nested)
            {
                total += Properties(nested, count);
            }
        }

        return total;
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;
}
