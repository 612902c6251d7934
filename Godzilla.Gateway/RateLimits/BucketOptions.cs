namespace Godzilla.Gateway.RateLimits;

/// <summary>A bucket of tokens, full at first. A request takes one.</summary>
internal sealed class BucketOptions
{
    /// <summary>How many requests a second are allowed in the long run.</summary>
    public double PerSecond { get; set; }

    /// <summary>How many are allowed at once, after a pause.</summary>
    public int Burst { get; set; }

    /// <returns>What is wrong with the values; empty if nothing is.</returns>
    internal IEnumerable<string> Validate(string key)
    {
        if (PerSecond is not (>= 0.01 and <= 10_000_000))
        {
            yield return $"{key}:PerSecond must be between 0.01 and 10000000.";
        }

        if (Burst is not (>= 1 and <= 10_000_000))
        {
            yield return $"{key}:Burst must be between 1 and 10000000.";
        }
    }
}
