using System.Text.Json;
using System.Text.Json.Nodes;
using Godzilla.Inference.OpenAI;

namespace Godzilla.Inference.Responses;

/// <summary>
/// A request for a response. It is answered by a chat completion, whose parameters have other names; what both check alike is checked there.
/// </summary>
internal sealed class ResponseRequest
{
    private const int MaxItems = 10_000;
    private const int MaxTools = 128;
    private const int MaxMetadata = 16;

    // Those that a chat completion has by the same name.
    private static readonly string[] Same = ["temperature", "top_p", "parallel_tool_calls", "user"];

    private readonly JsonFields _body;

    private ResponseRequest(JsonFields body)
    {
        _body = body;
        Model = body.String("model");
        Stream = body.FindBoolean("stream") ?? false;
        Background = body.FindBoolean("background") ?? false;
        Store = body.FindBoolean("store") ?? true;
        PreviousId = body.FindString("previous_response_id");
        Instructions = body.FindString("instructions");
        if (Background && !Store)
        {
            throw body.Invalid("background", "'background' is only for responses that are stored.");
        }

        if (Background && Stream)
        {
            throw body.Invalid("background", "'background' is not for responses that are streamed: ask for the response by its id.");
        }

        if (body.FindObject("metadata") is { } metadata && metadata.Json.EnumerateObject().Count() > MaxMetadata)
        {
            throw body.Invalid("metadata", $"'metadata' may have {MaxMetadata} entries at most.");
        }

        Input = ReadInput(body);
    }

    public string Model { get; }

    public bool Stream { get; }

    /// <summary>Whether it goes on when the client has left, and is asked for by its id.</summary>
    public bool Background { get; }

    /// <summary>Whether it can be asked for later.</summary>
    public bool Store { get; }

    public string? PreviousId { get; }

    public string? Instructions { get; }

    /// <summary>The items of the input.</summary>
    public JsonArray Input { get; }

    /// <exception cref="OpenAIException">A parameter is wrong.</exception>
    public static ResponseRequest Parse(ReadOnlyMemory<byte> body) => new(JsonFields.Parse(body));

    /// <summary>The chat completion that answers it, streamed.</summary>
    /// <param name="history">The items of the responses before this one.</param>
    public byte[] ToChat(JsonArray history)
    {
        var chat = new JsonObject
        {
            ["model"] = Model,
            ["messages"] = ReadMessages(history),
            ["stream"] = true,
        };
        foreach (var name in Same)
        {
            chat[name] = Copy(name);
        }

        chat["max_completion_tokens"] = Copy("max_output_tokens");
        if (_body.FindObject("text")?.FindObject("format") is { } format)
        {
            chat["response_format"] = ToResponseFormat(format);
        }

        if (_body.FindObjects("tools", MaxTools) is { Count: > 0 } tools)
        {
            chat["tools"] = new JsonArray([.. tools.Select(ToTool)]);
            chat["tool_choice"] = ToToolChoice();
        }

        return JsonSerializer.SerializeToUtf8Bytes(chat);
    }

    /// <summary>An error of the chat completion, with the names that the caller knows.</summary>
    public static OpenAIException Renamed(OpenAIException exception)
    {
        var (error, param) = (exception.Error, exception.Error.Param);
        var renamed = param switch
        {
            null => null,
            "max_completion_tokens" => "max_output_tokens",
            _ when param.StartsWith("messages", StringComparison.Ordinal) => "input",
            _ when param.StartsWith("response_format", StringComparison.Ordinal) => "text.format",
            _ => param,
        };
        return renamed == param
            ? exception
            : new OpenAIException(exception.Status, error with { Param = renamed, Message = error.Message.Replace($"'{param}'", $"'{renamed}'", StringComparison.Ordinal) }, exception.RetryAfter);
    }

    /// <summary>What a response repeats of its request.</summary>
    public JsonObject Echo() => new()
    {
        ["background"] = Background,
        ["instructions"] = Instructions,
        ["max_output_tokens"] = Copy("max_output_tokens"),
        ["metadata"] = Copy("metadata") ?? new JsonObject(),
        ["model"] = Model,
        ["parallel_tool_calls"] = _body.FindBoolean("parallel_tool_calls") ?? true,
        ["previous_response_id"] = PreviousId,
        ["reasoning"] = new JsonObject { ["effort"] = null, ["summary"] = null },
        ["store"] = Store,
        ["temperature"] = Copy("temperature") ?? 1.0,
        ["text"] = Copy("text") ?? new JsonObject { ["format"] = new JsonObject { ["type"] = "text" } },
        ["tool_choice"] = Copy("tool_choice") ?? "auto",
        ["tools"] = Copy("tools") ?? new JsonArray(),
        ["top_p"] = Copy("top_p") ?? 1.0,
        ["truncation"] = "disabled",
    };

    private JsonNode? Copy(string name) => _body.Find(name) is { } value ? Node(value) : null;

    private static JsonNode? Node(JsonElement value) => JsonNode.Parse(value.GetRawText());

    private static JsonArray ReadInput(JsonFields body)
    {
        if (body.Find("input") is not { } input)
        {
            throw body.Missing("input");
        }

        if (input.ValueKind == JsonValueKind.String)
        {
            return [new JsonObject { ["type"] = "message", ["role"] = "user", ["content"] = input.GetString() }];
        }

        if (input.ValueKind != JsonValueKind.Array)
        {
            throw body.WrongType("input", "a string or an array of items", input);
        }

        var items = body.FindObjects("input", MaxItems)!;
        return items.Count == 0
            ? throw OpenAIException.Invalid("'input' must have at least one item.", "input", "empty_array")
            : [.. items.Select(item => Node(item.Json))];
    }

    private JsonArray ReadMessages(JsonArray history)
    {
        var messages = new JsonArray();
        if (Instructions is not null)
        {
            messages.Add(new JsonObject { ["role"] = "system", ["content"] = Instructions });
        }

        foreach (var item in history)
        {
            AddMessage(messages, new JsonFields(JsonSerializer.SerializeToElement(item), "previous_response_id"));
        }

        var index = 0;
        foreach (var item in Input)
        {
            AddMessage(messages, new JsonFields(JsonSerializer.SerializeToElement(item), $"input[{index++}]"));
        }

        return messages;
    }

    private static void AddMessage(JsonArray messages, JsonFields item)
    {
        switch (item.FindString("type") ?? "message")
        {
            case "message":
                messages.Add(new JsonObject { ["role"] = item.String("role"), ["content"] = ToContent(item) });
                break;
            case "function_call":
                AddCall(messages, item);
                break;
            case "function_call_output":
                messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = item.String("call_id"), ["content"] = item.String("output") });
                break;
            case "reasoning":
                break; // Nobody here has any.
            default:
                throw item.Invalid("type", $"'{item.PathOf("type")}' must be message, function_call or function_call_output.");
        }
    }

    // A chat completion has the calls of one turn in one message.
    private static void AddCall(JsonArray messages, JsonFields item)
    {
        var call = new JsonObject
        {
            ["id"] = item.String("call_id"),
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = item.String("name"), ["arguments"] = item.String("arguments") },
        };
        if (messages.LastOrDefault() is JsonObject last && last["tool_calls"] is JsonArray calls)
        {
            calls.Add(call);
        }
        else
        {
            messages.Add(new JsonObject { ["role"] = "assistant", ["content"] = null, ["tool_calls"] = new JsonArray(call) });
        }
    }

    private static JsonNode? ToContent(JsonFields item)
    {
        if (item.Find("content") is not { } content)
        {
            throw item.Missing("content");
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            return content.GetString();
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            throw item.WrongType("content", "a string or an array of parts", content);
        }

        var parts = new JsonArray();
        foreach (var part in item.FindObjects("content", MaxItems)!)
        {
            parts.Add(part.String("type") switch
            {
                "input_text" or "output_text" => new JsonObject { ["type"] = "text", ["text"] = part.String("text") },
                "refusal" => new JsonObject { ["type"] = "refusal", ["refusal"] = part.String("refusal") },
                "input_image" => new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = part.String("image_url") } },
                _ => throw part.Invalid("type", $"'{part.PathOf("type")}' must be input_text, output_text, refusal or input_image."),
            });
        }

        return parts;
    }

    private static JsonObject ToResponseFormat(JsonFields format)
    {
        if (format.FindString("type") is not "json_schema")
        {
            return new JsonObject { ["type"] = format.FindString("type") };
        }

        return new JsonObject
        {
            ["type"] = "json_schema",
            ["json_schema"] = new JsonObject
            {
                ["name"] = format.String("name"),
                ["description"] = format.FindString("description"),
                ["schema"] = Node(format.Object("schema").Json),
                ["strict"] = format.FindBoolean("strict"),
            },
        };
    }

    private static JsonNode ToTool(JsonFields tool)
    {
        _ = tool.FindWord("type", "function") ?? throw tool.Missing("type");
        return new JsonObject
        {
            ["type"] = "function",
            ["function"] = new JsonObject
            {
                ["name"] = tool.String("name"),
                ["description"] = tool.FindString("description"),
                ["parameters"] = tool.FindObject("parameters") is { } parameters ? Node(parameters.Json) : null,
                ["strict"] = tool.FindBoolean("strict"),
            },
        };
    }

    private JsonNode? ToToolChoice() => _body.Find("tool_choice") is not { ValueKind: JsonValueKind.Object }
        ? Copy("tool_choice")
        : new JsonObject { ["type"] = "function", ["function"] = new JsonObject { ["name"] = _body.Object("tool_choice").String("name") } };
}
