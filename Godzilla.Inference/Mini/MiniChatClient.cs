using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Godzilla.Inference.Mini.Decoding;
using Godzilla.Inference.Mini.Json;
using Godzilla.Inference.Tokens;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Godzilla.Inference.Mini;

/// <summary>
/// The built-in model as a chat client. Updates come a token at a time; the last one has the reason for the end and the usage. A call of a
/// tool comes as <see cref="ToolCallDelta"/>s, and once more whole, with its arguments' JSON as the content's raw representation.
/// </summary>
internal sealed class MiniChatClient(MiniModelSource source, TokenCounter tokens, IOptions<MiniOptions> options, TimeProvider time) : IChatClient
{
    /// <summary>In <see cref="ChatOptions.AdditionalProperties"/>: what is added to the logits of tokens, an <see cref="IReadOnlyDictionary{TKey, TValue}"/> of int and float.</summary>
    internal const string LogitBias = "logit_bias";

    /// <summary>In <see cref="ChatOptions.AdditionalProperties"/>: whether updates carry log probabilities, a bool. In those of an update: a list of <see cref="TokenLogprob"/>.</summary>
    internal const string Logprobs = "logprobs";

    /// <summary>In <see cref="ChatOptions.AdditionalProperties"/>: how many of the likeliest tokens to give beside each, an int.</summary>
    internal const string TopLogprobs = "top_logprobs";

    /// <summary>In an update's additional properties: a <see cref="Mini.ToolCallDelta"/>.</summary>
    internal const string ToolCallDelta = "tool_call_delta";

    /// <summary>After so many tokens other work of the thread pool has its turn.</summary>
    private const int TokensPerTurn = 64;

    private int _requests;

    /// <summary>All of <see cref="GetStreamingResponseAsync"/> in one.</summary>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <exception cref="ArgumentException">The prompt leaves no token for an answer.</exception>
    /// <exception cref="SchemaException">No document can be made for the schema of the format or of the tool.</exception>
    /// <exception cref="MiniFaultException">The options ask for a fault.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = Begin([.. messages], options);
        await WaitAsync(Faults.Latency, cancellationToken);
        if (Interlocked.Increment(ref _requests) <= Faults.FailRequests)
        {
            throw new MiniFaultException();
        }

        yield return request.First();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var goesOn = request.Generation.TryStep(out var text);
            if (request.Next(text) is { } update)
            {
                yield return update;
            }

            if (!goesOn)
            {
                break;
            }

            var count = request.Generation.Count;
            if (count == Faults.FailAfterTokens)
            {
                throw new MiniFaultException();
            }

            await WaitAsync(Faults.TokenLatency, cancellationToken);
            if (count % TokensPerTurn == 0)
            {
                await Task.Yield();
            }
        }

        yield return request.Last();
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // It holds nothing.
    }

    private MiniOptions Faults => options.Value;

    private Task WaitAsync(TimeSpan delay, CancellationToken cancellationToken) =>
        delay > TimeSpan.Zero ? Task.Delay(delay, time, cancellationToken) : Task.CompletedTask;

    private Request Begin(List<ChatMessage> messages, ChatOptions? options)
    {
        if (options?.Instructions is { Length: > 0 } instructions)
        {
            messages.Insert(0, new(ChatRole.System, instructions));
        }

        var model = source.Model;
        var prompt = new Prompt(model, tokens, messages);
        var tool = ToolChoice.Choose(model, prompt, messages.LastOrDefault(), options);
        var promptTokens = tokens.CountPrompt(messages) + tokens.CountTools(options?.ToolMode is NoneChatToolMode ? null : options?.Tools);
        var nameTokens = tool is null ? 0 : tokens.Count(tool.Name);
        var room = Math.Min(options?.MaxOutputTokens ?? int.MaxValue, MiniExtensions.ContextTokens - promptTokens);
        if (MiniExtensions.ContextTokens - promptTokens < 1)
        {
            throw new ArgumentException($"The prompt has {promptTokens} tokens of {MiniExtensions.ContextTokens}.", nameof(messages));
        }

        var schema = tool?.JsonSchema ?? (options?.ResponseFormat is ChatResponseFormatJson format
            ? format.Schema ?? ObjectSchema.Of(messages.Select(message => message.Text))
            : null);
        var grammar = schema is { } given ? SchemaGrammar.Build(given, prompt.Mentions) : null;
        var stops = options?.StopSequences?.Where(stop => stop.Length > 0).ToList() ?? [];
        return new()
        {
            Generation = new(model, tokens, prompt, grammar, SamplingOptions.Of(options), options?.Seed, stops, Math.Max(0, room - nameTokens)),
            PromptTokens = promptTokens,
            NameTokens = nameTokens,
            Tool = tool?.Name,
        };
    }

    /// <summary>One request, and how its updates look.</summary>
    private sealed class Request
    {
        private readonly string _id = $"chatcmpl-{RandomNumberGenerator.GetHexString(24, lowercase: true)}";
        private readonly string _callId = $"call_{RandomNumberGenerator.GetHexString(24, lowercase: true)}";
        private readonly StringBuilder _arguments = new();

        internal required Decoding.Generation Generation { get; init; }

        internal required int PromptTokens { get; init; }

        internal required int NameTokens { get; init; }

        internal required string? Tool { get; init; }

        internal ChatResponseUpdate First() => Tool is null ? Update([]) : Delta("");

        internal ChatResponseUpdate? Next(string text)
        {
            var logprobs = Generation.TakeLogprobs();
            if (text.Length == 0 && logprobs.Count == 0)
            {
                return null;
            }

            _arguments.Append(Tool is null ? "" : text);
            var update = Tool is null ? Update([new TextContent(text)]) : Delta(text);
            if (logprobs.Count > 0)
            {
                (update.AdditionalProperties ??= [])[Logprobs] = logprobs;
            }

            return update;
        }

        internal ChatResponseUpdate Last()
        {
            var output = Generation.Count + NameTokens;
            var contents = new List<AIContent>();
            if (Tool is not null)
            {
                contents.Add(Call(Tool, _arguments.ToString()));
            }

            contents.Add(new UsageContent(new()
            {
                InputTokenCount = PromptTokens,
                OutputTokenCount = output,
                TotalTokenCount = PromptTokens + output,
            }));
            var last = Update(contents);
            last.FinishReason = Generation.IsCut ? ChatFinishReason.Length : Tool is null ? ChatFinishReason.Stop : ChatFinishReason.ToolCalls;
            return last;
        }

        // Arguments that the limit cut off are no JSON; they are in the raw representation only.
        private FunctionCallContent Call(string tool, string arguments) =>
            new(_callId, tool, Generation.IsCut ? null : JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments, AIJsonUtilities.DefaultOptions))
            {
                RawRepresentation = arguments,
            };

        private ChatResponseUpdate Delta(string arguments)
        {
            var update = Update([]);
            update.AdditionalProperties = new() { [ToolCallDelta] = new ToolCallDelta(_callId, Tool!, arguments) };
            return update;
        }

        private ChatResponseUpdate Update(IList<AIContent> contents) =>
            new(ChatRole.Assistant, contents) { ResponseId = _id, MessageId = _id, ModelId = MiniExtensions.ModelId };
    }
}
