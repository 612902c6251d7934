namespace Godzilla.Inference.Models;

/// <summary>A model that is served.</summary>
internal sealed class Model(string id, ModelOptions options)
{
    public string Id => id;

    public string Owner => options.Owner;

    public int Context => options.Context;

    public int MaxOutput => options.MaxOutput;

    public int? Running => options.Running;

    public string? Fallback => options.Fallback;

    /// <summary>The upstreams that serve it; none for the built-in one.</summary>
    public IReadOnlyDictionary<string, UpstreamModelOptions> Upstreams { get; } = options.Upstreams.AsReadOnly();

    public bool IsBuiltIn => Upstreams.Count == 0;

    public bool Completes => options.Kind is ModelKind.Chat or ModelKind.Any;

    public bool Embeds => options.Kind is ModelKind.Embedding or ModelKind.Any;

    /// <summary>What tokens cost, in millionths of a dollar, rounded up. A dollar for a million tokens is a millionth for one.</summary>
    public long CostOf(int prompt, int completion, int cached = 0) => (long)Math.Ceiling(
        ((decimal)(prompt - cached) * (decimal)options.InputPrice)
        + (cached * (decimal)(options.CachedPrice ?? options.InputPrice))
        + (completion * (decimal)options.OutputPrice));
}
