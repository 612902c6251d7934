using Microsoft.Extensions.AI;

namespace Godzilla.Inference.Mini.Decoding;

/// <summary>How tokens are drawn.</summary>
internal sealed class SamplingOptions
{
    internal double Temperature { get; init; } = 1;

    internal double TopP { get; init; } = 1;

    internal double FrequencyPenalty { get; init; }

    internal double PresencePenalty { get; init; }

    internal IReadOnlyDictionary<int, float> Bias { get; init; } = new Dictionary<int, float>();

    internal bool WantsLogprobs { get; init; }

    internal int TopLogprobs { get; init; }

    internal bool HasPenalties => FrequencyPenalty != 0 || PresencePenalty != 0;

    internal static SamplingOptions Of(ChatOptions? options) => new()
    {
        Temperature = options?.Temperature ?? 1,
        TopP = options?.TopP ?? 1,
        FrequencyPenalty = options?.FrequencyPenalty ?? 0,
        PresencePenalty = options?.PresencePenalty ?? 0,
        Bias = Additional<IReadOnlyDictionary<int, float>>(options, MiniChatClient.LogitBias) ?? new Dictionary<int, float>(),
        WantsLogprobs = Additional<object>(options, MiniChatClient.Logprobs) is true,
        TopLogprobs = Additional<object>(options, MiniChatClient.TopLogprobs) is int top ? top : 0,
    };

    private static T? Additional<T>(ChatOptions? options, string name)
        where T : class => options?.AdditionalProperties?.GetValueOrDefault(name) as T;
}
