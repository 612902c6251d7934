using System.Text.Json;
using System.Text.Json.Nodes;
using Godzilla.Inference.Generation;
using Godzilla.Inference.OpenAI;

namespace Godzilla.Inference.Responses;

/// <summary>
/// Puts a response together from the chunks of a chat completion, and tells of each step by an event, whose types are the API's
/// (https://platform.openai.com/docs/api-reference/responses-streaming).
/// </summary>
internal sealed class ResponseBuilder : ICompletionSink
{
    private readonly JsonObject _body;
    private readonly JsonArray _output = [];
    private readonly Action<string, string>? _setHeader;
    private readonly Func<string, JsonObject, ValueTask>? _tell;
    private readonly Dictionary<int, JsonObject> _calls = [];
    private JsonObject? _message;
    private System.Text.StringBuilder? _text;
    private int _sequence;
    private bool _hasBegun;

    /// <param name="id">The response's id.</param>
    /// <param name="created">In seconds since 1970.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="status">How far it is.</param>
    /// <param name="setHeader">Sets a header of the answer; <see langword="null"/> where nobody waits for it.</param>
    /// <param name="tell">Gets the type of each event, and the event; <see langword="null"/> if nobody listens.</param>
    public ResponseBuilder(
        string id, long created, ResponseRequest request, string status, Action<string, string>? setHeader = null, Func<string, JsonObject, ValueTask>? tell = null)
    {
        (_setHeader, _tell) = (setHeader, tell);
        _body = request.Echo();
        _body["id"] = id;
        _body["object"] = "response";
        _body["created_at"] = created;
        _body["status"] = status;
        _body["error"] = null;
        _body["incomplete_details"] = null;
        _body["output"] = _output;
        _body["usage"] = null;
    }

    public string Status => _body["status"]!.GetValue<string>();

    /// <summary>The response as it is now.</summary>
    public JsonObject ToJson() => _body.DeepClone().AsObject();

    public void SetHeader(string name, string value) => _setHeader?.Invoke(name, value);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(json);
        var chunk = document.RootElement;
        await BeginAsync();
        if (!chunk.TryGetProperty("choices", out var choices) || choices.GetArrayLength() == 0 || !choices[0].TryGetProperty("delta", out var delta))
        {
            return;
        }

        if (delta.TryGetProperty("content", out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } piece)
        {
            await AddTextAsync(piece);
        }

        if (delta.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
        {
            foreach (var call in calls.EnumerateArray())
            {
                await AddCallAsync(call);
            }
        }
    }

    /// <summary>Ends the response, and all that is open in it.</summary>
    /// <param name="meter">What it has used, and why it ended.</param>
    public async ValueTask CompleteAsync(TokenMeter meter)
    {
        await BeginAsync();
        await EndItemsAsync();
        SetUsage(meter);
        var (status, reason) = meter.FinishReasons.LastOrDefault() switch
        {
            "length" => (ResponseStatus.Incomplete, "max_output_tokens"),
            "content_filter" => (ResponseStatus.Incomplete, "content_filter"),
            _ => (ResponseStatus.Completed, null),
        };
        _body["status"] = status;
        _body["incomplete_details"] = reason is null ? null : new JsonObject { ["reason"] = reason };
    }

    /// <summary>Says that it cannot be asked for later.</summary>
    public void IsNotStored() => _body["store"] = false;

    /// <summary>Ends it before its end.</summary>
    public void Stop(string status, OpenAIError? error = null)
    {
        _body["status"] = status;
        _body["error"] = error is null ? null : new JsonObject { ["code"] = error.Code ?? "server_error", ["message"] = error.Message };
        foreach (var item in _output.OfType<JsonObject>().Where(item => item["status"]?.GetValue<string>() == ResponseStatus.InProgress))
        {
            item["status"] = ResponseStatus.Incomplete;
        }
    }

    /// <summary>Tells of the end.</summary>
    public ValueTask TellEndAsync() => TellResponseAsync($"response.{Status}");

    private async ValueTask BeginAsync()
    {
        if (_hasBegun)
        {
            return;
        }

        _hasBegun = true;
        _body["status"] = ResponseStatus.InProgress;
        await TellResponseAsync("response.created");
        await TellResponseAsync("response.in_progress");
    }

    private async ValueTask AddTextAsync(string piece)
    {
        if (_message is null)
        {
            _text = new();
            _message = new JsonObject
            {
                ["id"] = $"msg_{Guid.NewGuid():N}",
                ["type"] = "message",
                ["status"] = ResponseStatus.InProgress,
                ["role"] = "assistant",
                ["content"] = new JsonArray(),
            };
            await TellItemAsync("response.output_item.added", _message);
            _message["content"]!.AsArray().Add(TextPart(""));
            await TellPartAsync("response.content_part.added");
        }

        _text!.Append(piece);
        await TellAsync("response.output_text.delta", () => Place(_message, new() { ["content_index"] = 0, ["delta"] = piece, ["logprobs"] = new JsonArray() }));
    }

    private async ValueTask AddCallAsync(JsonElement call)
    {
        var index = call.TryGetProperty("index", out var number) ? number.GetInt32() : 0;
        var function = call.GetProperty("function");
        if (!_calls.TryGetValue(index, out var item))
        {
            _calls[index] = item = new JsonObject
            {
                ["id"] = $"fc_{Guid.NewGuid():N}",
                ["type"] = "function_call",
                ["status"] = ResponseStatus.InProgress,
                ["call_id"] = call.GetProperty("id").GetString(),
                ["name"] = function.GetProperty("name").GetString(),
                ["arguments"] = "",
            };
            await TellItemAsync("response.output_item.added", item);
        }

        if (function.TryGetProperty("arguments", out var arguments) && arguments.GetString() is { Length: > 0 } piece)
        {
            item["arguments"] = item["arguments"]!.GetValue<string>() + piece;
            await TellAsync("response.function_call_arguments.delta", () => Place(item, new() { ["delta"] = piece }));
        }
    }

    private async ValueTask EndItemsAsync()
    {
        if (_message is not null)
        {
            _message["content"]![0]!["text"] = _text!.ToString();
            _message["status"] = ResponseStatus.Completed;
            await TellAsync("response.output_text.done", () => Place(_message, new() { ["content_index"] = 0, ["text"] = _text.ToString(), ["logprobs"] = new JsonArray() }));
            await TellPartAsync("response.content_part.done");
            await TellAsync("response.output_item.done", () => AtIndex(_message));
        }

        foreach (var (_, call) in _calls.OrderBy(call => call.Key))
        {
            call["status"] = ResponseStatus.Completed;
            await TellAsync("response.function_call_arguments.done", () => Place(call, new() { ["name"] = call["name"]!.DeepClone(), ["arguments"] = call["arguments"]!.DeepClone() }));
            await TellAsync("response.output_item.done", () => AtIndex(call));
        }
    }

    private void SetUsage(TokenMeter meter) => _body["usage"] = new JsonObject
    {
        ["input_tokens"] = meter.Prompt,
        ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = meter.Cached },
        ["output_tokens"] = meter.Completion,
        ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 0 },
        ["total_tokens"] = meter.Prompt + meter.Completion,
    };

    private static JsonObject TextPart(string text) => new() { ["type"] = "output_text", ["text"] = text, ["annotations"] = new JsonArray(), ["logprobs"] = new JsonArray() };

    private ValueTask TellItemAsync(string type, JsonObject item)
    {
        _output.Add(item);
        return TellAsync(type, () => AtIndex(item));
    }

    private ValueTask TellPartAsync(string type) =>
        TellAsync(type, () => Place(_message!, new() { ["content_index"] = 0, ["part"] = _message!["content"]![0]!.DeepClone() }));

    private ValueTask TellResponseAsync(string type) => TellAsync(type, () => new() { ["response"] = ToJson() });

    private ValueTask TellAsync(string type, Func<JsonObject> make)
    {
        if (_tell is null)
        {
            return ValueTask.CompletedTask;
        }

        var told = make();
        told["type"] = type;
        told["sequence_number"] = _sequence++;
        return _tell(type, told);
    }

    private JsonObject AtIndex(JsonObject item) => new() { ["output_index"] = _output.IndexOf(item), ["item"] = item.DeepClone() };

    private JsonObject Place(JsonObject item, JsonObject more)
    {
        more["item_id"] = item["id"]!.DeepClone();
        more["output_index"] = _output.IndexOf(item);
        return more;
    }
}
