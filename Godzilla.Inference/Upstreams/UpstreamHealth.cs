using System.Collections.Concurrent;

namespace Godzilla.Inference.Upstreams;

/// <summary>Which upstreams have failed so often that they are left alone.</summary>
internal sealed class UpstreamHealth
{
    private readonly ConcurrentDictionary<string, bool> _leftAlone = new(StringComparer.Ordinal);

    /// <summary>Whether an upstream is left alone, or has been and has not answered since.</summary>
    public bool IsLeftAlone(string upstream) => _leftAlone.GetValueOrDefault(upstream);

    /// <summary>A request was not sent, as the upstream is left alone.</summary>
    public void Leave(string upstream) => _leftAlone[upstream] = true;

    /// <summary>An upstream has answered, and not with a failure of its own.</summary>
    public void Reach(string upstream) => _leftAlone.TryRemove(upstream, out _);
}
