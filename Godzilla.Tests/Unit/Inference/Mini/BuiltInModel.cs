using Godzilla.Inference.Mini;
using Godzilla.Inference.Tokens;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Godzilla.Tests.Unit.Inference.Mini;

/// <summary>The model that the build trained, as a client has it.</summary>
internal static class BuiltInModel
{
    internal static TokenCounter Tokens { get; } = new();

    internal static MiniModelSource Source { get; } = new();

    internal static MiniChatClient Client { get; } = Create(new());

    internal static MiniChatClient Create(MiniOptions options, TimeProvider? time = null) =>
        new(Source, Tokens, Options.Create(options), time ?? TimeProvider.System);

    internal static Task<ChatResponse> AskAsync(string question, ChatOptions? options = null) =>
        Client.GetResponseAsync([new(ChatRole.User, question)], options ?? new() { Temperature = 0 });

    /// <summary>The answer's updates, each with its text.</summary>
    internal static async Task<List<ChatResponseUpdate>> StreamAsync(string question, ChatOptions options)
    {
        var updates = new List<ChatResponseUpdate>();
        await foreach (var update in Client.GetStreamingResponseAsync([new(ChatRole.User, question)], options))
        {
            updates.Add(update);
        }

        return updates;
    }

    /// <summary>The log probabilities of all tokens of an answer.</summary>
    internal static async Task<List<TokenLogprob>> LogprobsAsync(string question, ChatOptions options)
    {
        options.AdditionalProperties ??= [];
        options.AdditionalProperties[MiniChatClient.Logprobs] = true;
        var updates = await StreamAsync(question, options);
        return [.. updates.SelectMany(update =>
            update.AdditionalProperties?.GetValueOrDefault(MiniChatClient.Logprobs) as IReadOnlyList<TokenLogprob> ?? [])];
    }
}
