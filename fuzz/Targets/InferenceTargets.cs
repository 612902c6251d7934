using System.Text;
using System.Text.Json;
using Godzilla.Inference.Embeddings;
using Godzilla.Inference.Generation;
using Godzilla.Inference.Mini.Json;
using Godzilla.Inference.OpenAI;
using Godzilla.Inference.Responses;
using Godzilla.Inference.Upstreams;
using Godzilla.Inference.Usage;

namespace Godzilla.Fuzz.Targets;

/// <summary>Requests to the models, the schemas in them, and what upstreams answer.</summary>
internal static class InferenceTargets
{
    private const int LongestDocument = 400;

    private static readonly string[] Json = ["{", "}", "[", "]", ":", ",", "\"", "null", "true", "false", "\\u0000", "\\ud800", "{}", "[]", "\"\""];

    public static IReadOnlyList<Target> All { get; } =
    [
        new("chat-completion", Completion, [.. Json, "\"messages\":[", "\"role\":\"user\"", "\"content\":", "\"tool_calls\":[", "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":", "\"strict\":true", "\"tools\":[", "\"stop\":", "\"logit_bias\":{\"1\":1}", "\"stream_options\":"]),
        new("response", Response, [.. Json, "\"input\":", "\"type\":\"message\"", "\"type\":\"function_call\"", "\"instructions\":", "\"text\":{\"format\":", "\"tools\":["]),
        new("embedding", Embedding, [.. Json, "\"input\":", "\"dimensions\":", "\"encoding_format\":\"base64\""]),
        new("json-schema", Schema, [.. Json, "\"type\":", "\"object\"", "\"properties\":", "\"required\":", "\"$ref\":\"#\"", "\"$defs\":", "\"enum\":", "\"const\":", "\"pattern\":", "\"minLength\":", "\"minItems\":", "\"minimum\":", "\"multipleOf\":", "\"format\":\"date-time\"", "\"anyOf\":", "\"allOf\":", "\"additionalProperties\":"]),
        new("pattern", Pattern, "[a-z]", "(?:", ")", "{2,3}", "|", "^", "$", "\\d", "\\w", "\\p{L}", "[^", ".", "*", "+?"),
        new("upstream-answer", Upstream, [.. Json, "\"error\":", "\"message\":", "\"model\":", "\"usage\":"]),
        new("usage-query", Usage, "2026-11-29", "day", "key", "model", ",", "\n", "0001-01-01", "9999-12-31"),
    ];

    private static void Completion(ReadOnlySpan<byte> input)
    {
        ChatCompletionRequest request;
        try
        {
            request = ChatCompletionRequest.Parse(input.ToArray());
        }
        catch (OpenAIException)
        {
            return;
        }

        foreach (var (schema, _) in request.StrictSchemas)
        {
            _ = StrictSchema.Violation(schema);
        }

        var forwarded = JsonElement.Parse(UpstreamJson.Request(request.Json, "model", request.Stream));
        Rule.Holds(forwarded.GetProperty("model").GetString() == "model", "an upstream gets its own model's name");
    }

    private static void Response(ReadOnlySpan<byte> input)
    {
        ResponseRequest request;
        byte[] chat;
        try
        {
            request = ResponseRequest.Parse(input.ToArray());
            chat = request.ToChat([]);
        }
        catch (OpenAIException)
        {
            return;
        }

        _ = request.Echo().ToJsonString();
        _ = request.Input.ToJsonString();
        try
        {
            _ = ChatCompletionRequest.Parse(chat);
        }
        catch (OpenAIException exception)
        {
            _ = ResponseRequest.Renamed(exception);
        }
    }

    private static void Embedding(ReadOnlySpan<byte> input)
    {
        try
        {
            var request = EmbeddingRequest.Parse(input.ToArray());
            Rule.Holds(request.Texts.Count + request.Tokens.Count > 0, "there is something to embed");
        }
        catch (OpenAIException)
        {
            // Refused.
        }
    }

    private static void Schema(ReadOnlySpan<byte> input)
    {
        if (Parse(input) is not { } schema)
        {
            return;
        }

        _ = StrictSchema.Violation(schema);
        Node grammar;
        try
        {
            grammar = SchemaGrammar.Build(schema);
        }
        catch (SchemaException)
        {
            return;
        }

        if (Write(grammar) is { } document)
        {
            _ = JsonElement.Parse(document);
        }
    }

    private static void Pattern(ReadOnlySpan<byte> input)
    {
        Node grammar;
        try
        {
            grammar = PatternGrammar.Build(Encoding.UTF8.GetString(input));
        }
        catch (SchemaException)
        {
            return;
        }

        Node.MeasureAll(grammar);
        _ = grammar.Min < Node.Endless ? Write(grammar) : null;
    }

    private static void Upstream(ReadOnlySpan<byte> input)
    {
        if (Parse(input) is not { } answer)
        {
            return;
        }

        _ = UpstreamJson.ErrorOf(answer);
        if (answer.ValueKind == JsonValueKind.Object)
        {
            var passed = JsonElement.Parse(UpstreamJson.Answer(answer, "model", keepsUsage: false));
            Rule.Holds(!passed.TryGetProperty("usage", out _), "a usage that was not asked for is left out");
        }
    }

    private static void Usage(ReadOnlySpan<byte> input)
    {
        var parts = Encoding.UTF8.GetString(input).Split('\n');
        string? Part(int index) => index < parts.Length && parts[index].Length > 0 ? parts[index] : null;
        var query = UsageQuery.TryParse(Part(0), Part(1), Part(2), new DateOnly(2026, 11, 29), out var error);
        Rule.Holds(query is null == error is not null, "a query or an error");
    }

    private static JsonElement? Parse(ReadOnlySpan<byte> input)
    {
        try
        {
            return UnicodeJson.Parse(input.ToArray()).RootElement;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A text that the grammar allows, by always going on with the last byte that it allows.
    private static byte[]? Write(Node grammar)
    {
        var matcher = new Matcher(grammar);
        var text = new List<byte>();
        while (!matcher.IsComplete && text.Count < LongestDocument)
        {
            var allowed = matcher.Allowed();
            Rule.Holds(!allowed.IsEmpty, "what is not complete goes on");
            var next = Enumerable.Range(0, 256).Select(value => (byte)value).Last(allowed.Contains);
            Rule.Holds(matcher.Advance(next), "what is allowed is accepted");
            text.Add(next);
        }

        return matcher.IsComplete ? [.. text] : null;
    }
}
