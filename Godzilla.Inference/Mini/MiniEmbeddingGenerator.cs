using Godzilla.Inference.Mini.Model;
using Godzilla.Inference.Tokens;
using Microsoft.Extensions.AI;

namespace Godzilla.Inference.Mini;

/// <summary>The built-in model's embeddings: 256 dimensions of length 1, the same for the same text always.</summary>
internal sealed class MiniEmbeddingGenerator(MiniModelSource source, TokenCounter tokens) : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <exception cref="ArgumentOutOfRangeException">The dimensions asked for are not from 1 to 256.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var dimensions = options?.Dimensions ?? MiniExtensions.EmbeddingDimensions;
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions, MiniExtensions.EmbeddingDimensions, nameof(options));

        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        var count = 0;
        foreach (var value in values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            embeddings.Add(new(Embedder.Embed(source.Model, value, dimensions)) { ModelId = MiniExtensions.ModelId });
            count += tokens.Count(value);
        }

        embeddings.Usage = new() { InputTokenCount = count, TotalTokenCount = count };
        return Task.FromResult(embeddings);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // It holds nothing.
    }
}
