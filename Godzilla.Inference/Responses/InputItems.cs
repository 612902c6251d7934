using System.Text.Json;
using System.Text.Json.Nodes;
using Godzilla.Inference.OpenAI;

namespace Godzilla.Inference.Responses;

/// <summary>The items that a response answers, as clients read them page by page.</summary>
internal static class InputItems
{
    private const int MaxLimit = 100;
    private const int DefaultLimit = 20;

    /// <summary>Gives an id of its own to each item that has none, so that a page can begin after it.</summary>
    public static void Identify(JsonArray items)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items.OfType<JsonObject>())
        {
            if (item["id"] is not JsonValue id || id.GetValueKind() != JsonValueKind.String || !seen.Add(id.GetValue<string>()))
            {
                var prefix = TypeOf(item) switch
                {
                    "message" => "msg",
                    "function_call" => "fc",
                    "function_call_output" => "fco",
                    _ => "item",
                };
                item["id"] = $"{prefix}_{Guid.NewGuid():N}";
            }
        }
    }

    /// <summary>A page.</summary>
    /// <param name="items">All of them, the oldest first.</param>
    /// <param name="query">What the client asks for: <c>limit</c>, <c>order</c>, <c>after</c>.</param>
    /// <exception cref="OpenAIException">A parameter is wrong.</exception>
    public static JsonObject Page(JsonArray items, JsonFields query)
    {
        var limit = query.FindInteger("limit", 1, MaxLimit) ?? DefaultLimit;
        var isNewestFirst = query.FindWord("order", "asc", "desc") != "asc";
        List<JsonObject> all = [.. items.OfType<JsonObject>()];
        if (isNewestFirst)
        {
            all.Reverse();
        }

        var start = 0;
        if (query.FindString("after") is { } after)
        {
            start = all.FindIndex(item => IdOf(item) == after) + 1;
            if (start == 0)
            {
                throw query.Invalid("after", "'after' must be the id of an item of this response.");
            }
        }

        JsonObject[] page = [.. all.Skip(start).Take(limit).Select(Show)];
        return new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray(page),
            ["first_id"] = page.Length > 0 ? IdOf(page[0]) : null,
            ["last_id"] = page.Length > 0 ? IdOf(page[^1]) : null,
            ["has_more"] = start + page.Length < all.Count,
        };
    }

    // As the API shows it, however short the client wrote it.
    private static JsonObject Show(JsonObject item)
    {
        var shown = item.DeepClone().AsObject();
        shown["type"] = TypeOf(item);
        shown["status"] ??= ResponseStatus.Completed;
        if (shown["content"] is JsonValue text)
        {
            shown["content"] = new JsonArray(item["role"]?.GetValue<string>() == "assistant"
                ? new JsonObject { ["type"] = "output_text", ["text"] = text.DeepClone(), ["annotations"] = new JsonArray() }
                : new JsonObject { ["type"] = "input_text", ["text"] = text.DeepClone() });
        }

        return shown;
    }

    private static string TypeOf(JsonObject item) => item["type"]?.GetValue<string>() ?? "message";

    private static string? IdOf(JsonObject item) => item["id"]?.GetValue<string>();
}
