using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Godzilla.Inference.Mini;
using Microsoft.Extensions.AI;

namespace Godzilla.Inference.Generation;

/// <summary>Writes the chunks and completions of one job. What it returns is valid until the next call.</summary>
internal sealed class CompletionWriter(CompletionJob job) : IDisposable
{
    // A build has its own: OpenAI's clients compare it to know whether a seed means the same.
    private static readonly string Fingerprint = $"fp_{typeof(CompletionWriter).Module.ModuleVersionId.ToString("N")[..12]}";

    // As it is for people: letters of all languages as they are.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _json = new(Stream.Null, Options);

    public void Dispose() => _json.Dispose();

    /// <summary>The first chunk of an answer.</summary>
    public ReadOnlyMemory<byte> Role(int index)
    {
        StartChoice(index);
        _json.WriteStartObject("delta");
        _json.WriteString("role", "assistant");
        _json.WriteString("content", "");
        _json.WriteNull("refusal");
        _json.WriteEndObject();
        return EndChoice(finishReason: null);
    }

    /// <summary>A piece of text.</summary>
    public ReadOnlyMemory<byte> Text(int index, string text, IReadOnlyList<TokenLogprob>? logprobs)
    {
        StartChoice(index);
        _json.WriteStartObject("delta");
        _json.WriteString("content", text);
        _json.WriteEndObject();
        return EndChoice(finishReason: null, logprobs);
    }

    /// <summary>A part of a tool's call: first its id and its name, then its arguments.</summary>
    public ReadOnlyMemory<byte> ToolCall(int index, int call, ToolCallDelta delta)
    {
        var isStart = delta.Arguments.Length == 0;
        StartChoice(index);
        _json.WriteStartObject("delta");
        _json.WriteStartArray("tool_calls");
        _json.WriteStartObject();
        _json.WriteNumber("index", call);
        if (isStart)
        {
            _json.WriteString("id", delta.CallId);
            _json.WriteString("type", "function");
        }

        _json.WriteStartObject("function");
        if (isStart)
        {
            _json.WriteString("name", delta.Name);
        }

        _json.WriteString("arguments", delta.Arguments);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.WriteEndArray();
        _json.WriteEndObject();
        return EndChoice(finishReason: null);
    }

    /// <summary>The last chunk of an answer.</summary>
    public ReadOnlyMemory<byte> Finish(int index, string reason)
    {
        StartChoice(index);
        _json.WriteStartObject("delta");
        _json.WriteEndObject();
        return EndChoice(reason);
    }

    /// <summary>The last chunk of a stream, with what it has used.</summary>
    public ReadOnlyMemory<byte> Usage()
    {
        Start("chat.completion.chunk");
        _json.WriteStartArray("choices");
        _json.WriteEndArray();
        WriteUsage();
        return End();
    }

    /// <summary>All answers in one piece.</summary>
    public ReadOnlyMemory<byte> Completion(IReadOnlyList<Answer> answers)
    {
        Start("chat.completion");
        _json.WriteStartArray("choices");
        for (var i = 0; i < answers.Count; i++)
        {
            var answer = answers[i];
            _json.WriteStartObject();
            _json.WriteNumber("index", i);
            _json.WriteStartObject("message");
            _json.WriteString("role", "assistant");
            if (answer.Text.Length > 0 || answer.Calls.Count == 0)
            {
                _json.WriteString("content", answer.Text.ToString());
            }
            else
            {
                _json.WriteNull("content");
            }

            _json.WriteNull("refusal");
            _json.WriteStartArray("annotations");
            _json.WriteEndArray();
            if (answer.Calls.Count > 0)
            {
                _json.WriteStartArray("tool_calls");
                foreach (var call in answer.Calls)
                {
                    _json.WriteStartObject();
                    _json.WriteString("id", call.CallId);
                    _json.WriteString("type", "function");
                    _json.WriteStartObject("function");
                    _json.WriteString("name", call.Name);
                    _json.WriteString("arguments", ArgumentsOf(call));
                    _json.WriteEndObject();
                    _json.WriteEndObject();
                }

                _json.WriteEndArray();
            }

            _json.WriteEndObject();
            WriteLogprobs(job.Request.Options.AdditionalProperties!.ContainsKey(MiniChatClient.Logprobs) ? answer.Logprobs : null);
            _json.WriteString("finish_reason", answer.FinishReason);
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        WriteUsage();
        return End();
    }

    /// <summary>A call's arguments as JSON, as the model wrote them.</summary>
    public static string ArgumentsOf(FunctionCallContent call) =>
        call.RawRepresentation as string ?? JsonSerializer.Serialize(call.Arguments ?? new Dictionary<string, object?>(StringComparer.Ordinal), AIJsonUtilities.DefaultOptions);

    private void Start(string kind)
    {
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteString("id", job.Id);
        _json.WriteString("object", kind);
        _json.WriteNumber("created", job.Created);
        _json.WriteString("model", job.Meter.Model.Id);
        _json.WriteString("service_tier", "default");
        _json.WriteString("system_fingerprint", Fingerprint);
    }

    private ReadOnlyMemory<byte> End()
    {
        _json.WriteEndObject();
        _json.Flush();
        return _buffer.WrittenMemory;
    }

    private void StartChoice(int index)
    {
        Start("chat.completion.chunk");
        _json.WriteStartArray("choices");
        _json.WriteStartObject();
        _json.WriteNumber("index", index);
    }

    private ReadOnlyMemory<byte> EndChoice(string? finishReason, IReadOnlyList<TokenLogprob>? logprobs = null)
    {
        WriteLogprobs(logprobs);
        _json.WriteString("finish_reason", finishReason);
        _json.WriteEndObject();
        _json.WriteEndArray();
        if (job.Request.IncludeUsage)
        {
            _json.WriteNull("usage");
        }

        return End();
    }

    private void WriteUsage()
    {
        var meter = job.Meter;
        _json.WriteStartObject("usage");
        _json.WriteNumber("prompt_tokens", meter.Prompt);
        _json.WriteNumber("completion_tokens", meter.Completion);
        _json.WriteNumber("total_tokens", meter.Prompt + meter.Completion);
        _json.WriteStartObject("prompt_tokens_details");
        _json.WriteNumber("cached_tokens", meter.Cached);
        _json.WriteNumber("audio_tokens", 0);
        _json.WriteEndObject();
        _json.WriteStartObject("completion_tokens_details");
        _json.WriteNumber("reasoning_tokens", 0);
        _json.WriteNumber("audio_tokens", 0);
        _json.WriteNumber("accepted_prediction_tokens", 0);
        _json.WriteNumber("rejected_prediction_tokens", 0);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void WriteLogprobs(IReadOnlyList<TokenLogprob>? logprobs)
    {
        if (logprobs is null)
        {
            _json.WriteNull("logprobs");
            return;
        }

        _json.WriteStartObject("logprobs");
        _json.WriteStartArray("content");
        foreach (var token in logprobs)
        {
            _json.WriteStartObject();
            WriteToken(token);
            _json.WriteStartArray("top_logprobs");
            foreach (var top in token.Top)
            {
                _json.WriteStartObject();
                WriteToken(top);
                _json.WriteEndObject();
            }

            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteNull("refusal");
        _json.WriteEndObject();
    }

    private void WriteToken(TokenLogprob token)
    {
        // A token may be a part of a character: that is what the bytes are for.
        _json.WriteString("token", Encoding.UTF8.GetString(token.Bytes.Span));
        _json.WriteNumber("logprob", token.Logprob);
        _json.WriteStartArray("bytes");
        foreach (var value in token.Bytes.Span)
        {
            _json.WriteNumberValue(value);
        }

        _json.WriteEndArray();
    }
}
