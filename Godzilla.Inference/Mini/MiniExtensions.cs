using Godzilla.Inference.Tokens;
using Godzilla.ServiceDefaults.Health;
using Microsoft.Extensions.AI;

namespace Godzilla.Inference.Mini;

internal static class MiniExtensions
{
    /// <summary>The model's id, and the key of its services.</summary>
    internal const string ModelId = "godzilla-mini";

    /// <summary>How many tokens a prompt and its answer have together.</summary>
    internal const int ContextTokens = 8192;

    /// <summary>The length of its embeddings, unless a shorter one is asked for.</summary>
    internal const int EmbeddingDimensions = 256;

    /// <summary>Adds the built-in model as the <see cref="IChatClient"/> and the embedding generator with the key <see cref="ModelId"/>.</summary>
    internal static IServiceCollection AddMiniModel(this IServiceCollection services)
    {
        services.AddOptions<MiniOptions>().BindConfiguration(MiniOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<TokenCounter>();
        services.AddSingleton<MiniModelSource>();
        services.AddKeyedSingleton<IChatClient, MiniChatClient>(ModelId);
        services.AddKeyedSingleton<IEmbeddingGenerator<string, Embedding<float>>, MiniEmbeddingGenerator>(ModelId);

        // On another thread: the vocabulary takes most of a second, which the rest of the start does not wait for.
        services.AddWarmUp((provider, cancellationToken) => Task.Run(
            () =>
            {
                provider.GetRequiredService<TokenCounter>().Load();
                _ = provider.GetRequiredService<MiniModelSource>().Model;
            },
            cancellationToken));
        return services;
    }
}
