using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Godzilla.Inference.OpenAI;
using Microsoft.Extensions.AI;

namespace Godzilla.Inference.Generation;

/// <summary>A request for a chat completion whose parameters were checked.</summary>
internal sealed partial class ChatCompletionRequest
{
    private const int MaxMessages = 10_000;
    private const int MaxTools = 128;
    private const int MaxStops = 4;
    private const int MaxBiases = 1024;

    private ChatCompletionRequest(JsonFields body)
    {
        Json = body.Json;
        Model = body.String("model");
        Stream = body.FindBoolean("stream") ?? false;
        if (body.FindObject("stream_options") is { } streaming)
        {
            IncludeUsage = Stream
                ? streaming.FindBoolean("include_usage") ?? false
                : throw body.Invalid("stream_options", "'stream_options' is only for requests with 'stream'.");
        }

        N = body.FindInteger("n", 1, 128) ?? 1;
        MaxTokens = ReadMaxTokens(body);
        Options = new ChatOptions
        {
            Temperature = body.FindNumber("temperature", 0, 2),
            TopP = body.FindNumber("top_p", 0, 1),
            PresencePenalty = body.FindNumber("presence_penalty", -2, 2),
            FrequencyPenalty = body.FindNumber("frequency_penalty", -2, 2),
            Seed = body.FindLong("seed"),
            StopSequences = ReadStops(body),
            ResponseFormat = ReadFormat(body),
            Tools = ReadTools(body),
            AllowMultipleToolCalls = body.FindBoolean("parallel_tool_calls"),
            AdditionalProperties = [],
        };
        Options.ToolMode = ReadToolMode(body, Options.Tools);
        ReadLogprobs(body);
        ReadBias(body);
        _ = body.FindString("user");
        Messages = ReadMessages(body);
    }

    /// <summary>The body as it came, for upstreams: they may know parameters that nobody here does.</summary>
    public JsonElement Json { get; }

    public string Model { get; }

    public bool Stream { get; }

    /// <summary>Whether a stream ends with its usage.</summary>
    public bool IncludeUsage { get; }

    /// <summary>How many answers.</summary>
    public int N { get; }

    /// <summary>How many tokens each answer may have, where the request says so.</summary>
    public int? MaxTokens { get; private set; }

    /// <summary>The parameter that says so.</summary>
    public string MaxTokensName { get; private set; } = "max_completion_tokens";

    public IReadOnlyList<ChatMessage> Messages { get; }

    /// <summary>All parameters that the built-in model has.</summary>
    public ChatOptions Options { get; }

    /// <summary>Where the messages have something that is not text: images, sound, files.</summary>
    public IReadOnlyList<string> Media => _media;

    /// <summary>The schemas with <c>strict</c>, and where they are.</summary>
    public IReadOnlyList<(JsonElement Schema, string Path)> StrictSchemas => _strictSchemas;

    private readonly List<string> _media = [];
    private readonly List<(JsonElement Schema, string Path)> _strictSchemas = [];

    /// <exception cref="OpenAIException">A parameter is wrong.</exception>
    public static ChatCompletionRequest Parse(ReadOnlyMemory<byte> body) => new(JsonFields.Parse(body));

    private int? ReadMaxTokens(JsonFields body)
    {
        var (older, newer) = (body.FindInteger("max_tokens", 1, int.MaxValue), body.FindInteger("max_completion_tokens", 1, int.MaxValue));
        if (older is not null && newer is not null)
        {
            throw body.Invalid("max_tokens", "'max_tokens' and 'max_completion_tokens' are the same; only one may be set.");
        }

        if (older is not null)
        {
            MaxTokensName = "max_tokens";
        }

        return older ?? newer;
    }

    private static List<string>? ReadStops(JsonFields body)
    {
        if (body.Find("stop") is not { } stop)
        {
            return null;
        }

        if (stop.ValueKind == JsonValueKind.String)
        {
            return stop.GetString() is { Length: > 0 } single ? [single] : null;
        }

        if (stop.ValueKind != JsonValueKind.Array)
        {
            throw body.WrongType("stop", "a string or an array of strings", stop);
        }

        var stops = new List<string>();
        foreach (var item in body.FindArray("stop", MaxStops)!.Value.EnumerateArray())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"stop[{stops.Count}]");
            stops.Add(item.ValueKind == JsonValueKind.String && item.GetString() is { Length: > 0 } text
                ? text
                : throw JsonFields.WrongTypeAt(path, "a string of at least one character", item));
        }

        return stops.Count == 0 ? null : stops;
    }

    private ChatResponseFormat? ReadFormat(JsonFields body)
    {
        if (body.FindObject("response_format") is not { } format)
        {
            return null;
        }

        var type = format.FindWord("type", "text", "json_object", "json_schema") ?? throw format.Missing("type");
        if (type != "json_schema")
        {
            return type == "text" ? ChatResponseFormat.Text : ChatResponseFormat.Json;
        }

        var described = format.Object("json_schema");
        var name = described.String("name");
        if (!Name().IsMatch(name))
        {
            throw described.Invalid("name", $"'{described.PathOf("name")}' must be 1 to 64 letters, digits, underscores and dashes.");
        }

        var schema = described.Object("schema").Json;
        Note(described, schema, "schema");
        return ChatResponseFormat.ForJsonSchema(schema, name, described.FindString("description"));
    }

    private List<AITool>? ReadTools(JsonFields body)
    {
        if (body.FindObjects("tools", MaxTools) is not { Count: > 0 } tools)
        {
            return null;
        }

        var read = new List<AITool>(tools.Count);
        foreach (var tool in tools)
        {
            _ = tool.FindWord("type", "function") ?? throw tool.Missing("type");
            var function = tool.Object("function");
            var name = function.String("name");
            if (!Name().IsMatch(name))
            {
                throw function.Invalid("name", $"'{function.PathOf("name")}' must be 1 to 64 letters, digits, underscores and dashes.");
            }

            var schema = function.FindObject("parameters")?.Json ?? NoParameters;
            Note(function, schema, "parameters");
            read.Add(AIFunctionFactory.CreateDeclaration(name, function.FindString("description") ?? "", schema));
        }

        return read;
    }

    private void Note(JsonFields described, JsonElement schema, string field)
    {
        if (described.FindBoolean("strict") == true)
        {
            _strictSchemas.Add((schema, described.PathOf(field)));
        }
    }

    private static ChatToolMode? ReadToolMode(JsonFields body, IList<AITool>? tools)
    {
        if (body.Find("tool_choice") is not { } choice)
        {
            return null;
        }

        if (tools is null)
        {
            throw body.Invalid("tool_choice", "'tool_choice' is only for requests with 'tools'.");
        }

        if (choice.ValueKind == JsonValueKind.String)
        {
            return body.FindWord("tool_choice", "none", "auto", "required") switch
            {
                "none" => ChatToolMode.None,
                "auto" => ChatToolMode.Auto,
                _ => ChatToolMode.RequireAny,
            };
        }

        var named = body.Object("tool_choice");
        _ = named.FindWord("type", "function") ?? throw named.Missing("type");
        var name = named.Object("function").String("name");
        return tools.Any(tool => tool.Name == name)
            ? ChatToolMode.RequireSpecific(name)
            : throw OpenAIException.Invalid($"'tools' has no function '{name}'.", "tool_choice", "invalid_value");
    }

    private void ReadLogprobs(JsonFields body)
    {
        var (wanted, top) = (body.FindBoolean("logprobs") ?? false, body.FindInteger("top_logprobs", 0, 20));
        if (top is not null && !wanted)
        {
            throw body.Invalid("top_logprobs", "'top_logprobs' is only for requests with 'logprobs'.");
        }

        if (wanted)
        {
            Options.AdditionalProperties!["logprobs"] = true;
            Options.AdditionalProperties["top_logprobs"] = top ?? 0;
        }
    }

    private void ReadBias(JsonFields body)
    {
        if (body.FindObject("logit_bias") is not { } biases)
        {
            return;
        }

        var read = new Dictionary<int, float>();
        foreach (var bias in biases.Json.EnumerateObject())
        {
            if (!int.TryParse(bias.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var token) || read.Count == MaxBiases)
            {
                throw body.Invalid("logit_bias", string.Create(CultureInfo.InvariantCulture, $"'logit_bias' must have at most {MaxBiases} ids of tokens."));
            }

            read[token] = biases.FindNumber(bias.Name, -100, 100) ?? 0;
        }

        if (read.Count > 0)
        {
            Options.AdditionalProperties!["logit_bias"] = read;
        }
    }

    private List<ChatMessage> ReadMessages(JsonFields body)
    {
        var messages = body.FindObjects("messages", MaxMessages) ?? throw body.Missing("messages");
        return messages.Count == 0
            ? throw OpenAIException.Invalid("'messages' must have at least one message.", "messages", "empty_array")
            : [.. messages.Select(ReadMessage)];
    }

    private ChatMessage ReadMessage(JsonFields message)
    {
        var role = message.FindWord("role", "system", "developer", "user", "assistant", "tool") ?? throw message.Missing("role");
        var contents = ReadContent(message);
        if (role == "assistant" && message.FindObjects("tool_calls", MaxTools) is { } calls)
        {
            foreach (var call in calls)
            {
                _ = call.FindWord("type", "function");
                var (id, function) = (call.String("id"), call.Object("function"));
                contents.Add(new FunctionCallContent(id, function.String("name")) { RawRepresentation = function.String("arguments") });
            }
        }
        else if (role == "tool")
        {
            contents = [new FunctionResultContent(message.String("tool_call_id"), string.Concat(contents.OfType<TextContent>().Select(text => text.Text)))];
        }

        // Only an assistant that called tools, or refused, may have said nothing.
        if (contents.Count == 0 && (role != "assistant" || message.FindString("refusal") is null))
        {
            throw message.Missing("content");
        }

        return new ChatMessage(role == "developer" ? ChatRole.System : new ChatRole(role), contents) { AuthorName = message.FindString("name") };
    }

    private List<AIContent> ReadContent(JsonFields message)
    {
        if (message.Find("content") is not { } content)
        {
            return [];
        }

        if (content.ValueKind == JsonValueKind.String)
        {
            return [new TextContent(content.GetString())];
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            throw message.WrongType("content", "a string or an array of parts", content);
        }

        var parts = new List<AIContent>();
        foreach (var part in message.FindObjects("content", MaxMessages)!)
        {
            switch (part.String("type"))
            {
                case "text":
                    parts.Add(new TextContent(part.String("text")));
                    break;
                case "refusal":
                    parts.Add(new TextContent(part.String("refusal")));
                    break;
                default:
                    _media.Add(part.PathOf("type"));
                    parts.Add(new AIContent());
                    break;
            }
        }

        return parts;
    }

    private static JsonElement NoParameters { get; } = JsonElement.Parse("""{"type":"object","properties":{},"additionalProperties":false}""");

    [GeneratedRegex(@"^[a-zA-Z0-9_-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
