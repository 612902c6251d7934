using System.ComponentModel.DataAnnotations;

namespace Godzilla.Inference.Models;

/// <summary>A model that clients can name.</summary>
internal sealed class ModelOptions
{
    /// <summary>Its id, where that cannot be a configuration key (it has a colon); else the key is the id.</summary>
    public string? Id { get; set; }

    /// <summary>Who made it, as <c>/v1/models</c> says.</summary>
    public string Owner { get; set; } = "godzilla";

    /// <summary>How many tokens a prompt and its answer may have together.</summary>
    [Range(1, 100_000_000, ErrorMessage = "Context must be between 1 and 100000000.")]
    public int Context { get; set; } = 128_000;

    /// <summary>How many tokens an answer may have.</summary>
    [Range(1, 100_000_000, ErrorMessage = "MaxOutput must be between 1 and 100000000.")]
    public int MaxOutput { get; set; } = 16_384;

    /// <summary>US dollars for a million tokens of a prompt.</summary>
    [Range(0.0, 1_000_000.0, ErrorMessage = "InputPrice must be between 0 and 1000000.")]
    public double InputPrice { get; set; }

    /// <summary>US dollars for a million tokens of a prompt that the upstream had in its cache.</summary>
    [Range(0.0, 1_000_000.0, ErrorMessage = "CachedPrice must be between 0 and 1000000.")]
    public double? CachedPrice { get; set; }

    /// <summary>US dollars for a million tokens of an answer.</summary>
    [Range(0.0, 1_000_000.0, ErrorMessage = "OutputPrice must be between 0 and 1000000.")]
    public double OutputPrice { get; set; }

    /// <summary>What the model is for: <c>Chat</c> or <c>Embedding</c>.</summary>
    public ModelKind Kind { get; set; } = ModelKind.Chat;

    /// <summary>How many of its requests run at once in a replica; by default <c>Admission:Running</c>.</summary>
    [Range(1, 100_000, ErrorMessage = "Running must be between 1 and 100000.")]
    public int? Running { get; set; }

    /// <summary>The model that answers when no upstream of this one does.</summary>
    public string? Fallback { get; set; }

    /// <summary>The upstreams that serve it, by their names in <c>Upstreams:Services</c>. None: the model is built in.</summary>
    public IDictionary<string, UpstreamModelOptions> Upstreams { get; } = new Dictionary<string, UpstreamModelOptions>(StringComparer.Ordinal);
}

/// <summary>How an upstream serves a model.</summary>
internal sealed class UpstreamModelOptions
{
    /// <summary>What the upstream calls the model, where that is another id.</summary>
    public string? Model { get; set; }

    /// <summary>Its share of the requests, beside the other upstreams of the model.</summary>
    [Range(1, 1000, ErrorMessage = "Weight must be between 1 and 1000.")]
    public int Weight { get; set; } = 1;
}

/// <summary>What a model is for.</summary>
internal enum ModelKind
{
    /// <summary>Completions.</summary>
    Chat,

    /// <summary>Embeddings.</summary>
    Embedding,

    /// <summary>Both.</summary>
    Any,
}
